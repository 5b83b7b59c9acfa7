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
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;

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
        add(pictures, "scene-01.png", "tried.png");
        add(pictures, "scene-01.png", "hopeless.png");
        logFailure(pictures.resolve("tried.png"), true);
        logFailure(pictures.resolve("hopeless.png"), false);
        LocalJar.Outcome again =
                LocalJar.inUnicode(folder)
                        .run("watch-folder", "--folder=" + PICTURES, "--output=captions", "--once");

        assertThat(again.status()).as(again.err()).isZero();
        List<Captioned> all = captions();
        assertThat(all).hasSize(6);
        assertThat(all.get(0).caption()).contains("green star");
        assertThat(all).allMatch(caption -> Files.exists(Path.of(caption.path())));
        assertThat(all.get(1).caption()).contains("red cross");
        assertThat(all.get(1).latencyMillis()).isPositive();
        Map<String, Captioned> news =
                all.subList(4, 6).stream()
                        .collect(
                                Collectors.toMap(
                                        caption -> caption.path().replaceAll(".*/", ""),
                                        caption -> caption));
        assertThat(news).containsOnlyKeys("broken.png", "tried.png");
        assertThat(news.get("broken.png").failed()).isTrue();
        assertThat(news.get("broken.png").caption()).contains("are no picture");
        assertThat(news.get("tried.png").caption()).contains("green star");
        assertThat(Files.readString(folder.resolve("captions/captions.js")))
                .startsWith("show({\"total\":6,");
    }

    /** As an earlier run left it. */
    private void logFailure(Path picture, boolean passing) throws IOException {
        try (CaptionLog log = new CaptionLog(folder.resolve("captions/captions.jsonl"))) {
            log.add(
                    new Captioned(
                            picture.toRealPath().toString(),
                            Files.getLastModifiedTime(picture).toMillis(),
                            "no caption",
                            true,
                            passing,
                            0,
                            0,
                            "tiny-llava",
                            0));
        }
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
