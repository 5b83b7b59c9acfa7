package io.flinkllava.examples.kafka;

import io.flinkllava.examples.LocalJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as users have it, with a real broker in its process. */
class StreamCaptionsITCase {

    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();

    @TempDir private Path folder;

    @Test
    void captionsWhatItIsFedAndSaysWhatGotNone() throws Exception {
        Path feed = Files.createDirectory(folder.resolve("feed"));
        Files.copy(SAMPLES.resolve("scene-01.png"), feed.resolve("a.png"));
        Files.copy(SAMPLES.resolve("scene-02.png"), feed.resolve("b.png"));
        Files.writeString(feed.resolve("broken.png"), "no picture");
        Files.writeString(feed.resolve("notes.txt"), "not sent");

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run("stream-captions", "--feed=feed", "--checkpoint-interval=200");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        // On a busy machine there is time for lines of progress.
        assertThat(outcome.err()).matches("(\\d+ pictures done\n)*");
        assertThat(outcome.out())
                .startsWith("A broker listens on 127.0.0.1:")
                .containsPattern("\na\\.png: .*green star\n")
                .containsPattern("\nb\\.png: .*red cross.*\n")
                .containsPattern("\nbroken\\.png: no caption: The 10 bytes are no picture.*\n")
                .doesNotContain("notes.txt")
                .endsWith("\n3 pictures done\n");
    }

    @Test
    void readsByUriWhatIsAllowed() throws Exception {
        Path feed = Files.createDirectory(folder.resolve("내 사진")).toRealPath();
        Files.copy(SAMPLES.resolve("scene-01.png"), feed.resolve("a 1%25.png"));
        Files.copy(SAMPLES.resolve("scene-02.png"), feed.resolve("b.png"));

        LocalJar.Outcome outcome =
                LocalJar.inUnicode(folder)
                        .run(
                                "stream-captions",
                                "--feed=" + feed.getFileName(),
                                "--feed-uris",
                                "--allow-prefix=" + feed.resolve("a 1%25.png"),
                                "--checkpoint-interval=200");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out())
                .containsPattern("\na 1%25\\.png: .*green star\n")
                .containsPattern("\nb\\.png: no caption: .*b\\.png.*\n");
    }
}
