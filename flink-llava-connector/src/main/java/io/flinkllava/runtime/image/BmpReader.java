package io.flinkllava.runtime.image;

import com.twelvemonkeys.imageio.plugins.bmp.BMPImageReaderSpi;

import javax.imageio.spi.ImageReaderSpi;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * BMP through TwelveMonkeys. A whole JPEG or PNG inside, which printers know and Pillow does not
 * read, is refused: its size and everything else about it would be unchecked.
 */
final class BmpReader implements PictureReader {

    private static final int DIB_HEADER = 14;
    private static final int COMPRESSION = DIB_HEADER + 16;
    private static final int JPEG = 4;
    private static final int PNG = 5;

    /** Older headers end before they name a compression. */
    private static final int LEAST_COMPRESSED = 40;

    private final ImageReaderSpi spi = new BMPImageReaderSpi();

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        refusePictureInside(encoded);
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

    private static void refusePictureInside(byte[] encoded) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        if (data.getInt(DIB_HEADER) < LEAST_COMPRESSED) {
            return;
        }
        int compression = data.getInt(COMPRESSION);
        if (compression == JPEG || compression == PNG) {
            throw new IOException("it holds a whole JPEG or PNG: send that one");
        }
    }
}
