package io.flinkllava.runtime.image;

import com.twelvemonkeys.imageio.plugins.tiff.TIFFImageReaderSpi;

import javax.imageio.spi.ImageReaderSpi;

import java.io.IOException;
import java.nio.ByteBuffer;

/** The first page of a TIFF through TwelveMonkeys; the file is an EXIF block of its own. */
final class TiffReader implements PictureReader {

    private final ImageReaderSpi spi = new TIFFImageReaderSpi();

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            Exif exif = Exif.read(ByteBuffer.wrap(encoded));
            return new PictureHeader(page.width(), page.height(), exif);
        }
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        TiffTiles.read(encoded, header).check(encoded);
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            return RasterColours.toRgb(page.read());
        }
    }
}
