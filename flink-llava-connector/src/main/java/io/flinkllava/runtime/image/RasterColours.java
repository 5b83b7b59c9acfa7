package io.flinkllava.runtime.image;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * Samples to RGB as {@code convert("RGB")} of Pillow does. Java2D's own conversion is avoided: it
 * manages colour (linear grey, ICC profiles) where Pillow does not.
 */
final class RasterColours {

    private RasterColours() {}

    static RgbImage toRgb(BufferedImage image) throws IOException {
        Raster raster = image.getRaster();
        ColorModel model = image.getColorModel();
        requireIntegers(raster);
        RowConversion conversion = conversion(raster, model);
        int width = raster.getWidth();
        byte[] rgb = new byte[Math.multiplyExact(3 * width, raster.getHeight())];
        int[] samples = new int[width * raster.getNumBands()];
        for (int y = 0; y < raster.getHeight(); y++) {
            raster.getPixels(raster.getMinX(), raster.getMinY() + y, width, 1, samples);
            conversion.convert(samples, rgb, 3 * width * y);
        }
        return new RgbImage(width, raster.getHeight(), rgb);
    }

    private static void requireIntegers(Raster raster) throws IOException {
        int type = raster.getTransferType();
        if (type != DataBuffer.TYPE_BYTE
                && type != DataBuffer.TYPE_USHORT
                && type != DataBuffer.TYPE_INT) {
            throw new IOException("samples of more than 16 bits or of floats are not supported");
        }
    }

    private static RowConversion conversion(Raster raster, ColorModel model) throws IOException {
        if (model instanceof IndexColorModel palette) {
            return palette(palette);
        }
        int bands = raster.getNumBands();
        int[] bits = raster.getSampleModel().getSampleSize();
        for (int bit : bits) {
            if (bit > 16) {
                throw new IOException("samples of " + bit + " bits are not supported");
            }
        }
        return switch (model.getColorSpace().getType()) {
            case ColorSpace.TYPE_GRAY ->
                    (samples, rgb, offset) -> grey(samples, bands, bits[0], rgb, offset);
            case ColorSpace.TYPE_RGB ->
                    (samples, rgb, offset) -> rgb(samples, bands, bits, rgb, offset);
            case ColorSpace.TYPE_CMYK ->
                    (samples, rgb, offset) -> cmyk(samples, bands, bits[0], rgb, offset);
            default -> throw new IOException("colours other than RGB, grey and CMYK are not read");
        };
    }

    private static RowConversion palette(IndexColorModel palette) {
        int[] colours = new int[1 << palette.getPixelSize()];
        int[] known = new int[palette.getMapSize()];
        palette.getRGBs(known);
        System.arraycopy(known, 0, colours, 0, Math.min(known.length, colours.length));
        return (samples, rgb, offset) -> {
            for (int i = 0, out = offset; i < samples.length; i++) {
                int colour = colours[samples[i]];
                rgb[out++] = (byte) (colour >> 16);
                rgb[out++] = (byte) (colour >> 8);
                rgb[out++] = (byte) colour;
            }
        };
    }

    private static void grey(int[] samples, int bands, int bits, byte[] rgb, int offset) {
        for (int in = 0, out = offset; in < samples.length; in += bands) {
            byte value = toByte(samples[in], bits);
            rgb[out++] = value;
            rgb[out++] = value;
            rgb[out++] = value;
        }
    }

    private static void rgb(int[] samples, int bands, int[] bits, byte[] rgb, int offset) {
        for (int in = 0, out = offset; in < samples.length; in += bands) {
            rgb[out++] = toByte(samples[in], bits[0]);
            rgb[out++] = toByte(samples[in + 1], bits[1]);
            rgb[out++] = toByte(samples[in + 2], bits[2]);
        }
    }

    private static void cmyk(int[] samples, int bands, int bits, byte[] rgb, int offset) {
        for (int in = 0, out = offset; in < samples.length; in += bands) {
            int colour =
                    Cmyk.toRgb(
                            toByte(samples[in], bits) & 0xff,
                            toByte(samples[in + 1], bits) & 0xff,
                            toByte(samples[in + 2], bits) & 0xff,
                            toByte(samples[in + 3], bits) & 0xff);
            rgb[out++] = (byte) (colour >> 16);
            rgb[out++] = (byte) (colour >> 8);
            rgb[out++] = (byte) colour;
        }
    }

    /** Stretches a few bits to the range of a byte; of many bits keeps the highest eight. */
    private static byte toByte(int sample, int bits) {
        if (bits == 8) {
            return (byte) sample;
        }
        return (byte) (bits > 8 ? sample >> (bits - 8) : sample * 255 / ((1 << bits) - 1));
    }

    /** Converts the samples of one row. */
    private interface RowConversion {
        void convert(int[] samples, byte[] rgb, int offset);
    }
}
