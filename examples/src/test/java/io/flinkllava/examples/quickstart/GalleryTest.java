package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.requests.ImageRoot;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

class GalleryTest {

    @TempDir private Path folder;

    @Test
    void showsEachPictureOnceWithAllItsQuestions() throws Exception {
        GalleryPage page =
                write(
                        new Exchange(1, List.of("b.png"), "How many?", "둘", 1, false),
                        new Exchange(2, List.of("a.png"), "Colour?", "red", 1, false),
                        new Exchange(0, List.of("b.png"), "What?", "circles", 1, false));

        assertThat(page.texts("article")).hasSize(2);
        assertThat(page.attributes("img", "alt")).containsExactly("a.png", "b.png");
        assertThat(page.attributes("img", "src"))
                .containsExactly("data:image/png;base64,AQI=", "data:image/png;base64,AwQ=");
        assertThat(page.texts("dt")).containsExactly("Colour?", "What?", "How many?");
        assertThat(page.texts("dd")).containsExactly("red", "circles", "둘");
        assertThat(page.texts("h1")).containsExactly("a <model>");
    }

    @Test
    void showsAllPicturesOfAQuestion() throws Exception {
        GalleryPage page =
                write(
                        new Exchange(0, List.of("b.png", "a.png"), "Same?", "no", 1, false),
                        new Exchange(1, List.of("b.png"), "Colour?", "red", 1, false),
                        new Exchange(2, List.of("b.png", "a.png"), "Sure?", "yes", 1, false));

        assertThat(page.texts("article")).hasSize(2);
        assertThat(page.attributes("img", "alt")).containsExactly("b.png", "b.png", "a.png");
        assertThat(page.texts("dt")).containsExactly("Colour?", "Same?", "Sure?");
    }

    @Test
    void escapesWhateverItIsGiven() throws Exception {
        String attack = "<script>alert('x')</script>\" onload=\"&amp;{{cards}}";

        GalleryPage page = write(new Exchange(0, List.of(attack), attack, attack, 1, false));

        assertThat(page.texts("script")).isEmpty();
        assertThat(page.attributes("img", "onload")).containsExactly("");
        assertThat(page.attributes("img", "alt")).containsExactly(attack);
        assertThat(page.texts("figcaption")).containsExactly(attack);
        assertThat(page.texts("dt")).containsExactly(attack);
        assertThat(page.texts("dd")).containsExactly(attack);
    }

    @Test
    void replacesWhatNoPageMayContain() throws Exception {
        GalleryPage page =
                write(
                        new Exchange(
                                0,
                                List.of("a.png"),
                                "\uD800?",
                                "a\u0000\u0004\u001Bb\n\uD83D\uDE00",
                                1,
                                false));

        assertThat(page.texts("dt")).containsExactly("\uFFFD?");
        assertThat(page.texts("dd")).containsExactly("a\uFFFD\uFFFD\uFFFDb\n\uD83D\uDE00");
    }

    @Test
    void showsWhatFailedAndWhatHasNoPicture() throws Exception {
        GalleryPage page =
                write(
                        new Exchange(0, List.of("missing.png"), "q", "picture is missing", 0, true),
                        new Exchange(1, List.of(), "hello?", "hi", 1, false));

        assertThat(page.attributes("img", "src")).containsExactly("data:,");
        assertThat(page.texts("dd")).containsExactly("hi", "picture is missing");
        assertThat(page.attributes("dd", "class")).containsExactly("", "failed");
    }

    @Test
    void needsNothingFromElsewhere() throws Exception {
        write(new Exchange(0, List.of("a.png"), "q", "a", 1, false));
        String page = Files.readString(folder.resolve("index.html"));

        assertThat(page).contains("default-src 'none'").doesNotContain("http:", "https:", "url(");
        assertThat(Pattern.compile("\\{\\{\\w+}}").matcher(page).find()).isFalse();
        assertThat(Pattern.compile("(src|href)=\"(?!data:)").matcher(page).find()).isFalse();
    }

    private GalleryPage write(Exchange... exchanges) throws Exception {
        Files.write(folder.resolve("a.png"), new byte[] {1, 2});
        Files.write(folder.resolve("b.png"), new byte[] {3, 4});
        Path page = folder.resolve("index.html");
        new Gallery(new ImageRoot(folder.toString(), RequestLimits.DEFAULT))
                .write(page, "a <model>", "12 answers", List.of(exchanges));
        return new GalleryPage(page);
    }
}
