package io.flinkllava.examples.watch;

import io.flinkllava.examples.LocalJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as users have it. */
class WatchFolderITCase {

    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();

    /** Names as people give them, with what means something in URIs. */
    private static final String PICTURES = "내 사진 100%25";

    @TempDir private Path folder;

    @Test
    void captionsWhatAppearsAndGoesOnWhereItWas() throws Exception {
        Path pictures = Files.createDirectory(folder.resolve(PICTURES));
        add(pictures, "scene-01.png", "my photo.png");
        AtomicBoolean added = new AtomicBoolean();

        // Stopped from outside, as from the keyboard, when the picture that came late is done.
        LocalJar.inUnicode(folder)
                .run(
                        process -> {
                            int captions = captions().size();
                            if (captions == 1 && added.compareAndSet(false, true)) {
                                Files.createDirectory(pictures.resolve("nested"));
                                add(
                                        pictures.resolve("nested"),
                                        "scene-02.png",
                                        "봄 100%25 [2] #1.png");
                            } else if (captions == 2) {
                                process.destroy();
                            }
                        },
                        "watch-folder",
                        "--folder=" + PICTURES,
                        "--output=captions",
                        "--interval=100");
        assertThat(captions()).extracting(Captioned::failed).containsExactly(false, false);

        Files.writeString(pictures.resolve("broken.png"), "no picture");
        LocalJar.Outcome again =
                LocalJar.inUnicode(folder)
                        .run("watch-folder", "--folder=" + PICTURES, "--output=captions", "--once");

        assertThat(again.status()).as(again.err()).isZero();
        List<Captioned> all = captions();
        assertThat(all).hasSize(3);
        assertThat(all.get(0).caption()).contains("green star");
        assertThat(all).allMatch(caption -> Files.exists(Path.of(caption.path())));
        assertThat(all.get(1).caption()).contains("red cross");
        assertThat(all.get(1).latencyMillis()).isPositive();
        assertThat(all.get(2).failed()).isTrue();
        assertThat(all.get(2).caption()).contains("are no picture");
        assertThat(Files.readString(folder.resolve("captions/captions.js")))
                .startsWith("show({\"total\":3,");
    }

    /** A picture has to appear whole. */
    private static void add(Path to, String sample, String name) throws IOException {
        Path hidden = to.resolve("." + name);
        Files.copy(SAMPLES.resolve(sample), hidden);
        Files.move(hidden, to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    private List<Captioned> captions() {
        List<Captioned> captions = new ArrayList<>();
        try {
            CaptionLog.read(folder.resolve("captions/captions.jsonl"), captions::add);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return captions;
    }
}
