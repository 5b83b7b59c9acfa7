package io.flinkllava.runtime.image;

import javax.imageio.spi.ImageReaderSpi;

import java.io.IOException;

/**
 * The first frame of a GIF through the JDK's reader, laid on the screen as Pillow does: what the
 * frame leaves free has the colour of the transparent index, or of index 0.
 */
final class GifReader implements PictureReader {

    private final ImageReaderSpi spi = ImageIoPage.jdkReader("gif");

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        GifScreen screen = GifScreen.read(encoded);
        return new PictureHeader(screen.width(), screen.height(), Exif.NONE);
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        GifScreen screen = GifScreen.read(encoded);
        try (ImageIoPage page = new ImageIoPage(spi, encoded)) {
            RgbImage frame = RasterColours.toRgb(page.read());
            return screen.isFilled() ? frame : layOnScreen(frame, screen);
        }
    }

    private static RgbImage layOnScreen(RgbImage frame, GifScreen screen) {
        RgbImage canvas = Canvas.of(screen.width(), screen.height(), screen.background());
        return Canvas.lay(frame, screen.frame().x(), screen.frame().y(), canvas);
    }
}
