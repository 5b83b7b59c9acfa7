package io.flinkllava.runtime.image;

import io.flinkllava.runtime.Pictures;

import javax.imageio.IIOImage;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageWriterSpi;
import javax.imageio.stream.MemoryCacheImageOutputStream;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;

/** Encodes pixels with the JDK's own writers. */
final class PictureWriter {

    private static final float JPEG_QUALITY = 0.9f;
    private static final int[] RGB = {0, 1, 2};

    private PictureWriter() {}

    static byte[] write(RgbImage image, Pictures.Encoding encoding) {
        ImageWriter writer = jdkWriter(encoding.name().toLowerCase(Locale.ROOT));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (MemoryCacheImageOutputStream output = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(output);
            ImageWriteParam parameters = writer.getDefaultWriteParam();
            if (encoding == Pictures.Encoding.JPEG) {
                parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
                parameters.setCompressionQuality(JPEG_QUALITY);
            }
            writer.write(null, new IIOImage(buffered(image), null, null), parameters);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }

    private static BufferedImage buffered(RgbImage image) {
        DataBufferByte pixels = new DataBufferByte(image.rgb(), image.rgb().length);
        WritableRaster raster =
                Raster.createInterleavedRaster(
                        pixels, image.width(), image.height(), 3 * image.width(), 3, RGB, null);
        ImageTypeSpecifier type =
                ImageTypeSpecifier.createInterleaved(
                        ColorSpace.getInstance(ColorSpace.CS_sRGB),
                        RGB,
                        DataBuffer.TYPE_BYTE,
                        false,
                        false);
        return new BufferedImage(type.getColorModel(), raster, false, null);
    }

    private static ImageWriter jdkWriter(String format) {
        Iterator<ImageWriterSpi> spis =
                IIORegistry.getDefaultInstance()
                        .getServiceProviders(
                                ImageWriterSpi.class,
                                spi ->
                                        spi instanceof ImageWriterSpi candidate
                                                && ImageIoPage.isJdk(candidate)
                                                && List.of(candidate.getFormatNames())
                                                        .contains(format),
                                true);
        if (!spis.hasNext()) {
            throw new IllegalStateException("This JDK has no ImageIO writer for " + format);
        }
        try {
            return spis.next().createWriterInstance();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
