package io.flinkllava.runtime.image;

import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.IIOServiceProvider;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.MemoryCacheImageInputStream;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The first page of a picture behind an ImageIO reader.
 *
 * <p>Readers are named by the caller and never looked up through the context class loader, which in
 * Flink is not the one of this jar. Input is read from memory: ImageIO's disk cache is not used.
 */
final class ImageIoPage implements AutoCloseable {

    private final ImageReader reader;
    private final MemoryCacheImageInputStream input;
    private final AtomicReference<String> truncation = new AtomicReference<>();

    /** Opens the bytes; metadata other than width and height is skipped. */
    ImageIoPage(ImageReaderSpi spi, byte[] encoded) throws IOException {
        this.reader = spi.createReaderInstance();
        this.input = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded));
        reader.setInput(input, true, true);
        reader.addIIOReadWarningListener((source, warning) -> noteTruncation(warning));
    }

    /** The JDK's own reader of a format; they are registered in every virtual machine. */
    static ImageReaderSpi jdkReader(String format) {
        Iterator<ImageReaderSpi> spis =
                IIORegistry.getDefaultInstance()
                        .getServiceProviders(
                                ImageReaderSpi.class,
                                spi ->
                                        spi instanceof ImageReaderSpi candidate
                                                && isJdk(candidate)
                                                && reads(candidate, format),
                                true);
        if (!spis.hasNext()) {
            throw new IllegalStateException("This JDK has no ImageIO reader for " + format);
        }
        return spis.next();
    }

    static boolean isJdk(IIOServiceProvider spi) {
        return "java.desktop".equals(spi.getClass().getModule().getName());
    }

    private static boolean reads(ImageReaderSpi spi, String format) {
        return List.of(spi.getFormatNames()).contains(format);
    }

    int width() throws IOException {
        return reader.getWidth(0);
    }

    int height() throws IOException {
        return reader.getHeight(0);
    }

    BufferedImage read() throws IOException {
        BufferedImage image = reader.read(0);
        checkComplete();
        return image;
    }

    /** The samples as stored, without any colour conversion. */
    Raster readRaster() throws IOException {
        Raster raster = reader.readRaster(0, null);
        checkComplete();
        return raster;
    }

    // Readers only warn of a file that ends early and leave the rest of the picture grey.
    private void checkComplete() throws IOException {
        if (truncation.get() != null) {
            throw new IOException(truncation.get());
        }
    }

    private void noteTruncation(String warning) {
        String text = warning.toLowerCase(Locale.ROOT);
        if (text.contains("truncated") || text.contains("premature end")) {
            truncation.set(warning);
        }
    }

    @Override
    public void close() throws IOException {
        reader.dispose();
        input.close();
    }
}
