package io.flinkllava.examples.watch;

import io.flinkllava.examples.Browser;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** Looks at the page with a real browser. */
@Tag("browser")
class LivePageBrowserITCase {

    private static final String SHOWN =
            "[...document.querySelectorAll('article')].filter(a => !a.hidden).length";

    @TempDir private Path folder;

    @Test
    void renewsItselfAndFindsWhatIsTypedIntoTheSearchBox() throws Exception {
        LivePage page = new LivePage(folder.resolve("page"));
        page.add(captioned("circle.png", "a red circle"));
        page.add(captioned("cat.png", "<b>a \"cat\"</b> & 고양이"));
        page.write();
        try (Browser browser = new Browser(folder, page.file().toUri())) {
            browser.await(SHOWN + " == 2");
            assertThat(
                            browser.evaluate("document.querySelector('article p').textContent")
                                    .textValue())
                    .isEqualTo("<b>a \"cat\"</b> & 고양이");
            browser.await("[...document.images].every(i => i.complete && i.naturalWidth == 8)");

            browser.type("RED cir");
            browser.await(SHOWN + " == 1");
            assertThat(browser.evaluate("document.getElementById('count').textContent").textValue())
                    .isEqualTo("1 found");

            page.add(captioned("second.png", "another red circle"));
            page.write();
            browser.await(SHOWN + " == 2");
            assertThat(browser.evaluate("document.images[0].alt").textValue())
                    .as("newest first")
                    .isEqualTo("second.png");
        }
    }

    private Captioned captioned(String name, String caption) throws IOException {
        Path picture = folder.resolve(name);
        ImageIO.write(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB), "png", picture.toFile());
        return new Captioned(picture.toString(), 1, caption, false, false, 5, 12, "tiny-llava", 0);
    }
}
