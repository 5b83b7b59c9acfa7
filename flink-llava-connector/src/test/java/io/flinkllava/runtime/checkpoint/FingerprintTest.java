package io.flinkllava.runtime.checkpoint;

import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

class FingerprintTest {

    @TempDir Path folder;

    @Test
    void followsTheContentNotThePlace() throws IOException {
        Golden.copy("checkpoints/llava15", folder);
        String original = Fingerprint.of(folder);
        assertThat(original)
                .matches("[0-9a-f]{16}")
                .isEqualTo(Fingerprint.of(Golden.path("checkpoints/llava15")));

        Path config = folder.resolve("config.json");
        Files.writeString(config, Files.readString(config) + " ");
        assertThat(Fingerprint.of(folder)).isNotEqualTo(original);
    }

    @Test
    void samplesLargeFiles() throws IOException {
        Path weights = folder.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.setLength(3L << 30);
            String empty = Fingerprint.of(folder);
            file.seek(0);
            file.write(1);
            assertThat(Fingerprint.of(folder)).isNotEqualTo(empty);
        }
    }
}
