package io.flinkllava.runtime.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;

import javax.imageio.spi.ImageReaderSpi;

import java.io.IOException;

/** BMP through TwelveMonkeys. */
final class BmpReader implements PictureReader {

    private final ImageReaderSpi spi = new BMPImageReaderSpi();

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            return new PictureHeader(page.width(), page.height(), Exif.NONE);
        }
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            return RasterColours.toRgb(page.read());
        }
    }
}
