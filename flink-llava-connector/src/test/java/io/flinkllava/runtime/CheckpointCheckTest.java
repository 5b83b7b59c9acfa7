package io.flinkllava.runtime;

import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Checkpoints that are checked without being loaded. */
class CheckpointCheckTest {

    @TempDir private Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava_v1", "next_mistral", "onevision"})
    void goodCheckpointIsTold(String name) {
        CheckpointInfo checked = check(Golden.checkpoint(name));
        assertThat(checked.name()).isEqualTo(name);
        assertThat(checked.fingerprint()).matches("[0-9a-f]{16}");
        assertThat(checked.modelType()).isNotEmpty();
    }

    @Test
    void fingerprintIsThatOfTheLoadedModel() {
        Path path = Golden.checkpoint("llava15");
        try (LlavaModel model =
                LlavaModel.open(path, ModelOptions.DEFAULT.withDevice(Device.CPU))) {
            assertThat(check(path).fingerprint()).isEqualTo(model.info().fingerprint());
        }
    }

    @Test
    void missingFolderIsRefused() {
        assertRefused(folder.resolve("nothing"), "nothing");
    }

    @Test
    void missingShardIsRefused() throws Exception {
        Path copy = Golden.copy("checkpoints/llava15", folder);
        Files.delete(copy.resolve("model.safetensors"));
        assertRefused(copy, "safetensors");
    }

    @Test
    void tensorOfAnotherShapeIsRefused() throws Exception {
        Path copy = Golden.copy("checkpoints/llava15", folder);
        Path config = copy.resolve("config.json");
        String text = Files.readString(config);
        String changed =
                text.replaceFirst("\"intermediate_size\": (\\d+)", "\"intermediate_size\": 1$1");
        assertThat(changed).isNotEqualTo(text);
        Files.write(config, changed.getBytes(StandardCharsets.UTF_8));
        assertRefused(copy, "[");
    }

    @Test
    void sequenceThatTheModelWasNotTrainedForIsRefused() {
        assertThatThrownBy(
                        () ->
                                LlavaModel.check(
                                        Golden.checkpoint("llava15"),
                                        ModelOptions.DEFAULT.withMaxSequenceLength(1 << 20)))
                .hasMessageContaining("max-sequence-length");
    }

    private static CheckpointInfo check(Path path) {
        return LlavaModel.check(path, ModelOptions.DEFAULT);
    }

    private static void assertRefused(Path path, String message) {
        assertThatThrownBy(() -> check(path))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining(message);
    }
}
