package io.flinkllava.runtime.image;

import com.twelvemonkeys.imageio.plugins.webp.WebPImageReaderSpi;
import io.flinkllava.runtime.LlavaException;

import javax.imageio.spi.ImageReaderSpi;

import java.io.IOException;

/**
 * WebP through TwelveMonkeys, in plain Java. Lossless files are exact. Of lossy ones the colour
 * planes are not interpolated and block edges not all smoothed, so pixels at sharp coloured edges
 * differ from libwebp's.
 */
final class WebpReader implements PictureReader {

    // The decoder keeps objects for every block, some 80 bytes a pixel.
    private static final int MAX_LOSSY_PIXELS = 16_000_000;

    private final ImageReaderSpi spi = new WebPImageReaderSpi();

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        return WebpContainer.read(encoded).header();
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        WebpContainer container = WebpContainer.read(encoded);
        Window frame = container.frame();
        if (container.isLossy() && (long) frame.width() * frame.height() > MAX_LOSSY_PIXELS) {
            throw LlavaException.input(
                    "The lossy WEBP picture has "
                            + frame.width()
                            + " x "
                            + frame.height()
                            + " pixels, at most "
                            + MAX_LOSSY_PIXELS
                            + " in all are decoded: send it as JPEG or PNG");
        }
        try (ImageIoPage page = new ImageIoPage(spi, container.simpleFile())) {
            RgbImage image = RasterColours.toRgb(page.read());
            if (image.width() != frame.width() || image.height() != frame.height()) {
                throw new IOException("its frame has another size than its header says");
            }
            if (frame.equals(Window.all(header.width(), header.height()))) {
                return image;
            }
            RgbImage canvas = Canvas.of(header.width(), header.height(), 0);
            return Canvas.lay(image, frame.x(), frame.y(), canvas);
        }
    }
}
