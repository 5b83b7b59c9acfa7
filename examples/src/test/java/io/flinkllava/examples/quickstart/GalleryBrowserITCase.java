package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.requests.ImageRoot;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.imageio.ImageIO;

import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Looks at a gallery with a real browser, {@code chromium} unless {@code -Dchromium=...}. */
@Tag("browser")
class GalleryBrowserITCase {

    private static final int WIDTH = 800;
    private static final int HEIGHT = 600;
    private static final int SIDE = 64;

    @TempDir private Path folder;

    @Test
    void showsThePicturesUnderItsOwnPolicy() throws Exception {
        BufferedImage red = new BufferedImage(SIDE, SIDE, BufferedImage.TYPE_INT_RGB);
        red.setRGB(0, 0, SIDE, SIDE, pixels(Color.RED), 0, SIDE);
        ImageIO.write(red, "png", folder.resolve("red.png").toFile());
        Path page = folder.resolve("index.html");
        new Gallery(new ImageRoot(folder.toString(), RequestLimits.DEFAULT))
                .write(
                        page,
                        "model",
                        "1 answer",
                        List.of(
                                new Exchange(
                                        0, List.of("red.png"), "Which colour?", "red", 1, false)));

        BufferedImage screen = screenshot(page);

        // One card at least 17 rem wide, with a square picture as wide as the card.
        assertThat(count(screen, Color.RED)).isGreaterThan(200 * 200);
    }

    private BufferedImage screenshot(Path page) throws IOException, InterruptedException {
        Path image = folder.resolve("screen.png");
        Process browser =
                new ProcessBuilder(
                                System.getProperty("chromium", "chromium"),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + folder.resolve("profile"),
                                "--window-size=" + WIDTH + "," + HEIGHT,
                                "--screenshot=" + image,
                                page.toUri().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("log").toFile())
                        .start();
        try {
            assertThat(browser.waitFor(60, TimeUnit.SECONDS)).as("browser ended").isTrue();
        } finally {
            browser.destroyForcibly();
        }
        return ImageIO.read(image.toFile());
    }

    private static long count(BufferedImage screen, Color color) {
        return IntStream.range(0, screen.getWidth() * screen.getHeight())
                .map(i -> screen.getRGB(i % screen.getWidth(), i / screen.getWidth()))
                .filter(pixel -> pixel == color.getRGB())
                .count();
    }

    private static int[] pixels(Color color) {
        return IntStream.generate(color::getRGB).limit(SIDE * SIDE).toArray();
    }
}
