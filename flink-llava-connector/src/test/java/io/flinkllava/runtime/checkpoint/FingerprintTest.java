package io.flinkllava.runtime.checkpoint;

import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

class FingerprintTest {

    @TempDir Path folder;

    @Test
    void followsTheContentNotThePlace() {
        Golden.copy("checkpoints/llava15", folder);
        assertThat(fingerprint())
                .matches("[0-9a-f]{16}")
                .isEqualTo(
                        Fingerprint.of(CheckpointReader.read(Golden.path("checkpoints/llava15"))));
    }

    /** One other byte, or one more, in any file that is read, also in folders below. */
    @ParameterizedTest
    @CsvSource({
        "checkpoints/llava15, config.json",
        "checkpoints/llava15, tokenizer.json",
        "checkpoints/llava15, tokenizer_config.json",
        "checkpoints/llava15, processor_config.json",
        "checkpoints/llava15, chat_template.jinja",
        "checkpoints/llava15, generation_config.json",
        "checkpoints/llava15, model.safetensors",
        "checkpoints/llava_v1, vision_tower/config.json",
        "checkpoints/llava_v1, vision_tower/model.safetensors",
        "onnx-export/llava, onnx/vision_encoder.onnx",
        "onnx-export/llava, onnx/embed_tokens.onnx",
        "onnx-export/llava, onnx/decoder_model_merged.onnx",
    })
    void changesWithWhatIsRead(String model, String name) throws IOException {
        Golden.copy(model, folder);
        String before = fingerprint();
        Path file = folder.resolve(name);
        if (name.contains(".json") || name.endsWith(".jinja")) {
            Files.writeString(file, Files.readString(file) + " ");
        } else {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length - 1] ^= 1;
            Files.write(file, bytes);
        }
        assertThat(fingerprint()).isNotEqualTo(before);
    }

    @Test
    void seesExternalDataOfGraphs() throws IOException {
        Golden.copy("onnx-export/llava", folder);
        String before = fingerprint();
        Files.write(folder.resolve("onnx/decoder_model_merged.onnx_data"), new byte[] {1});
        assertThat(fingerprint()).isNotEqualTo(before);
    }

    /** Such as the cache of quantized weights, or a variant of the graphs that was not chosen. */
    @Test
    void doesNotChangeWithWhatElseLiesThere() throws IOException {
        Golden.copy("onnx-export/llava", folder);
        String before = fingerprint();
        Files.write(folder.resolve("weight_4bit-1.safetensors"), new byte[100]);
        Files.writeString(folder.resolve("README.md"), "# LLaVA");
        Files.copy(
                folder.resolve("onnx/embed_tokens.onnx"),
                folder.resolve("onnx/embed_tokens_q4.onnx"));
        assertThat(fingerprint()).isEqualTo(before);
    }

    private String fingerprint() {
        return Fingerprint.of(CheckpointReader.read(folder));
    }

    @Test
    void samplesLargeFiles() throws IOException {
        Path weights = folder.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.setLength(3L << 30);
            String empty = Fingerprint.of(List.of(weights));
            file.seek(0);
            file.write(1);
            assertThat(Fingerprint.of(List.of(weights))).isNotEqualTo(empty);
        }
    }

    /** A projector is less than a hundredth of a shard, and may be all that was trained. */
    @Test
    void seesAProjectorThatWasTrainedAlone() throws IOException {
        Path weights = folder.resolve("model.safetensors");
        try (RandomAccessFile file = new RandomAccessFile(weights.toFile(), "rw")) {
            file.setLength(3L << 30);
            String before = Fingerprint.of(List.of(weights));
            byte[] projector = new byte[20 << 20];
            Arrays.fill(projector, (byte) 1);
            file.seek((1L << 30) + 12_345);
            file.write(projector);
            assertThat(Fingerprint.of(List.of(weights))).isNotEqualTo(before);
        }
    }
}
