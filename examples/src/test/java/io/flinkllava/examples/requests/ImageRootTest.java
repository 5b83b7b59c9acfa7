package io.flinkllava.examples.requests;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageRootTest {

    private static final int LARGEST = 100;

    @TempDir private Path folder;
    private Path root;
    private ImageRoot images;

    @BeforeEach
    void lay() throws IOException {
        root = Files.createDirectories(folder.resolve("root/sub")).getParent();
        Files.write(root.resolve("sub/한글.png"), new byte[] {1, 2});
        Files.write(folder.resolve("secret.png"), new byte[] {3});
        Files.createDirectory(folder.resolve("root-2"));
        Files.write(folder.resolve("root-2/secret.png"), new byte[] {3});
        RequestLimits limits = new RequestLimits(LARGEST, 1, 1, 2, 3, 1);
        images = new ImageRoot(root.toString(), limits);
    }

    @Test
    void readsBelowTheRoot() {
        assertThat(images.read("sub/한글.png")).containsExactly(1, 2);
        assertThat(images.read("./sub/../sub/한글.png")).containsExactly(1, 2);
        assertThat(images.read(root.resolve("sub/한글.png").toString())).containsExactly(1, 2);
    }

    @Test
    void readsThroughALinkToTheRoot() throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), root);
        ImageRoot linked = new ImageRoot(link.toString(), images.limits());

        assertThat(linked.read("sub/한글.png")).containsExactly(1, 2);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../secret.png",
                "sub/../../secret.png",
                "../root-2/secret.png",
                "/etc/passwd",
                "../does-not-exist.png"
            })
    void readsNothingOutside(String path) {
        refuses(path, "outside the image root");
    }

    @Test
    void followsNoLinkOutside() throws IOException {
        Files.createSymbolicLink(root.resolve("link.png"), folder.resolve("secret.png"));
        Files.createSymbolicLink(root.resolve("parent"), folder);

        refuses("link.png", "outside the image root");
        refuses("parent/secret.png", "outside the image root");
    }

    @Test
    void namesThePathAsGiven() {
        refuses("./nothing.png", "does not exist");
        refuses("sub", "is not a file");
        refuses("a\0b", "is no path");
        assertThatThrownBy(() -> images.read(" ")).hasMessageContaining("path is empty");
    }

    @Test
    void boundsTheSizeBeforeReading() throws IOException {
        Files.write(root.resolve("largest.png"), new byte[LARGEST]);
        Files.write(root.resolve("larger.png"), new byte[LARGEST + 1]);

        assertThat(images.read("largest.png")).hasSize(LARGEST);
        refuses("larger.png", "larger than 100 bytes");
    }

    @Test
    void readsFramesInTheirOrderAndNamesTheBrokenOne() throws IOException {
        Files.write(root.resolve("f0.png"), new byte[] {7});

        assertThat(images.frames(List.of("f0.png", "sub/한글.png")))
                .containsExactly(new byte[] {7}, new byte[] {1, 2});
        assertThatThrownBy(() -> images.frames(List.of("f0.png", "f1.png")))
                .hasMessageContaining("frame 'f1.png' does not exist");
        assertThatThrownBy(() -> images.frames(List.of("../secret.png")))
                .hasMessageContaining("frame '../secret.png' is outside the image root");
        assertThatThrownBy(() -> images.frames(List.of("")))
                .hasMessageContaining("a frame's path is empty");
    }

    @Test
    void countsBeforeReading() {
        List<String> missing = List.of("1.png", "2.png", "3.png");

        assertThatThrownBy(() -> images.pictures(missing))
                .hasMessage("The request has 3 pictures, more than max-images allows (2)");
        assertThatThrownBy(() -> images.frames(List.of("0.png", "1.png", "2.png", "3.png")))
                .hasMessage("The request has 4 frames, more than max-frames allows (3)");
        assertThatThrownBy(() -> images.frames(missing)).hasMessageContaining("'1.png'");
    }

    private void refuses(String path, String why) {
        assertThatThrownBy(() -> images.read(path))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT))
                .hasMessageContaining("'" + path + "'")
                .hasMessageContaining(why);
    }
}
