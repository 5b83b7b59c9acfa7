package io.flinkllava.runtime.image;

import javax.imageio.spi.ImageReaderSpi;

import java.awt.image.DataBufferByte;
import java.awt.image.PixelInterleavedSampleModel;
import java.awt.image.Raster;
import java.io.IOException;

/**
 * JPEG through the JDK's libjpeg, which gives the same samples as Pillow's libjpeg-turbo. Colours
 * are converted here: the JDK's reader guesses colour spaces in its own way, applies ICC profiles
 * and refuses CMYK.
 */
final class JpegReader implements PictureReader {

    private final ImageReaderSpi spi = ImageIoPage.jdkReader("jpeg");

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        return JpegHeader.read(encoded).frame();
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        JpegColours colours = JpegHeader.read(encoded).colours();
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            return toRgb(page.readRaster(), colours);
        }
    }

    private static RgbImage toRgb(Raster raster, JpegColours colours) throws IOException {
        if (raster.getNumBands() != colours.bands()
                || !(raster.getSampleModel() instanceof PixelInterleavedSampleModel)
                || !(raster.getDataBuffer() instanceof DataBufferByte samples)) {
            throw new IOException("its frames have different components");
        }
        byte[] rgb = colours.toRgb(samples.getData());
        return new RgbImage(raster.getWidth(), raster.getHeight(), rgb);
    }
}
