package io.flinkllava.examples.quickstart;

import io.flinkllava.examples.LocalJar;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class QuickstartITCase {

    @TempDir private Path folder;

    @Test
    void showsAnswersOnTheConsoleAndInAPage() throws Exception {
        Path samples = Files.createDirectory(folder.resolve("samples"));
        for (String name : List.of("img1.png", "img3.png")) {
            Files.copy(Golden.image(name), samples.resolve(name));
        }
        Files.writeString(
                samples.resolve("samples.jsonl"),
                """
                {"id": 1, "images": ["img1.png"], "question": "이 이미지를 자세히 설명해 주세요."}
                {"id": 2, "images": ["img3.png"], "question": "How many <b>?"}
                {"id": 3, "images": ["img1.png"], "question": "What is shown in this image?"}
                {"id": 4, "images": ["no.png"], "question": "What?"}
                {"id": 5, "images": ["img1.png", "img3.png"], "question": "<image> or <image>?"}
                """);

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(
                                "quickstart",
                                "--model",
                                Golden.checkpoint("llava15").toString(),
                                "--samples",
                                samples.toString(),
                                "--max-new-tokens",
                                "8",
                                "--output",
                                "page");

        assertThat(outcome.err()).isEmpty();
        assertThat(outcome.status()).isZero();
        Path page = folder.resolve("page/index.html");
        assertThat(outcome.out())
                .contains("img1.png: 이 이미지를 자세히 설명해 주세요.\n    ")
                .contains("no.png: What?\n    No answer: picture 'no.png' does not exist")
                .contains("img1.png, img3.png: <image> or <image>?\n    ")
                .contains("5 answers about 3 pictures, 32 tokens in ")
                .endsWith("Gallery: " + page.toUri() + "\n");
        checkPage(new GalleryPage(page));
    }

    @Test
    void bringsAModelAndPicturesAlong() throws Exception {
        LocalJar.Outcome outcome = new LocalJar(folder).run("quickstart");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        long questions;
        try (Stream<String> lines = Files.lines(Path.of("tiny-llava/samples/samples.jsonl"))) {
            questions = lines.count();
        }
        assertThat(questions).isPositive();
        assertThat(outcome.out()).contains(questions + " answers about ");
        GalleryPage page = new GalleryPage(folder.resolve("flink-llava-gallery/index.html"));
        assertThat(page.texts("h1")).containsExactly("tiny-llava");
        assertThat(page.attributes("dd", "class"))
                .hasSize((int) questions)
                .doesNotContain("failed");
        assertThat(page.attributes("img", "src"))
                .allMatch(source -> source.startsWith("data:image/png;base64,"));
    }

    private static void checkPage(GalleryPage page) {
        assertThat(page.texts("h1")).containsExactly("llava15");
        assertThat(page.attributes("img", "alt"))
                .containsExactly("img1.png", "img1.png", "img3.png", "img3.png", "no.png");
        assertThat(page.texts("dt"))
                .containsExactly(
                        "이 이미지를 자세히 설명해 주세요.",
                        "What is shown in this image?",
                        "<image> or <image>?",
                        "How many <b>?",
                        "What?");
        assertThat(page.attributes("dd", "class")).containsExactly("", "", "", "", "failed");
        assertThat(page.texts("dd")).noneMatch(String::isEmpty);
    }
}
