package io.flinkllava.flink.kryo;

import com.esotericsoftware.kryo.Kryo;
import com.esotericsoftware.kryo.KryoException;
import com.esotericsoftware.kryo.Serializer;
import com.esotericsoftware.kryo.io.Input;
import com.esotericsoftware.kryo.io.Output;
import io.flinkllava.runtime.RequestLimits;

import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.WritableRaster;

/**
 * Writes the samples of a picture as they are, and reads a picture of the same type. Those with a
 * palette or a colour model of their own come back as {@code TYPE_INT_ARGB}, with the same colours
 * in 8 bits a channel.
 *
 * <p>Sides and pixels are checked against {@link RequestLimits#DEFAULT} before memory is taken.
 * What is too large, and bytes that are no such picture, are a {@link KryoException}, which fails
 * the task.
 *
 * <p>An instance belongs to one {@link Kryo}, which Flink makes for each serializer of a task.
 */
public final class BufferedImageSerializer extends Serializer<BufferedImage> {

    // The first byte names the layout: never give one a new meaning.
    private static final byte ROWS = 1;

    @Override
    public void write(Kryo kryo, Output output, BufferedImage image) {
        BufferedImage plain = isPlain(image.getType()) ? image : argb(image);
        int width = plain.getWidth();
        int height = plain.getHeight();
        check(width, height);
        output.writeByte(ROWS);
        output.writeVarInt(plain.getType(), true);
        output.writeVarInt(width, true);
        output.writeVarInt(height, true);
        for (int y = 0; y < height; y++) {
            Object row = plain.getRaster().getDataElements(0, y, width, 1, null);
            if (row instanceof int[] samples) {
                output.writeInts(samples, 0, samples.length);
            } else if (row instanceof short[] samples) {
                output.writeShorts(samples, 0, samples.length);
            } else {
                output.writeBytes((byte[]) row);
            }
        }
    }

    @Override
    public BufferedImage read(Kryo kryo, Input input, Class<? extends BufferedImage> type) {
        byte layout = input.readByte();
        if (layout != ROWS) {
            throw new KryoException("Unknown layout of a picture: " + layout);
        }
        int imageType = input.readVarInt(true);
        if (!isPlain(imageType)) {
            throw new KryoException("Unknown type of a picture: " + imageType);
        }
        int width = input.readVarInt(true);
        int height = input.readVarInt(true);
        check(width, height);
        BufferedImage image = new BufferedImage(width, height, imageType);
        WritableRaster raster = image.getRaster();
        int samples = width * raster.getNumDataElements();
        for (int y = 0; y < height; y++) {
            Object row =
                    switch (raster.getTransferType()) {
                        case DataBuffer.TYPE_INT -> input.readInts(samples);
                        case DataBuffer.TYPE_USHORT -> input.readShorts(samples);
                        default -> input.readBytes(samples);
                    };
            raster.setDataElements(0, y, width, 1, row);
        }
        return image;
    }

    @Override
    public BufferedImage copy(Kryo kryo, BufferedImage original) {
        WritableRaster raster = original.getRaster().createCompatibleWritableRaster();
        original.copyData(raster);
        return new BufferedImage(
                original.getColorModel(), raster, original.isAlphaPremultiplied(), null);
    }

    private static boolean isPlain(int type) {
        return type > BufferedImage.TYPE_CUSTOM && type <= BufferedImage.TYPE_USHORT_GRAY;
    }

    private static BufferedImage argb(BufferedImage image) {
        int width = image.getWidth();
        int height = image.getHeight();
        check(width, height);
        BufferedImage argb = new BufferedImage(width, height, BufferedImage.TYPE_INT_ARGB);
        for (int y = 0; y < height; y++) {
            argb.setRGB(0, y, width, 1, image.getRGB(0, y, width, 1, null, 0, width), 0, width);
        }
        return argb;
    }

    private static void check(int width, int height) {
        RequestLimits limits = RequestLimits.DEFAULT;
        if (width < 1
                || height < 1
                || Math.max(width, height) > limits.maxImageSide()
                || (long) width * height > limits.maxImagePixels()) {
            throw new KryoException(
                    "A picture of "
                            + width
                            + " x "
                            + height
                            + " pixels does not travel: at most "
                            + limits.maxImageSide()
                            + " a side and "
                            + limits.maxImagePixels()
                            + " in all");
        }
    }
}
