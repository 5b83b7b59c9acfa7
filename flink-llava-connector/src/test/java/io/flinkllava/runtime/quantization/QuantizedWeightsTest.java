package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import io.flinkllava.runtime.graph.LinearLayers;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class QuantizedWeightsTest {

    private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000);

    @TempDir Path cache;

    /** Weights in float32, in float16, and in bfloat16 in several files. */
    @ParameterizedTest
    @CsvSource({
        "llava15, ROWWISE_8BIT",
        "llava15, WEIGHT_8BIT",
        "llava15, WEIGHT_4BIT",
        "llava15_mqa, ROWWISE_8BIT",
        "llava15_mqa, WEIGHT_8BIT",
        "llava15_mqa, WEIGHT_4BIT",
        "llava15_gqa, ROWWISE_8BIT",
        "llava15_gqa, WEIGHT_8BIT",
        "llava15_gqa, WEIGHT_4BIT",
        // 40 columns: the second block is filled up
        "llava15_linear, WEIGHT_8BIT",
        "llava15_linear, WEIGHT_4BIT",
    })
    void everyNumberIsAtMostAStepOff(String name, Quantization quantization) {
        Checkpoint checkpoint = checkpoint(name);
        int matrices = 0;
        try (QuantizedWeights quantized = open(checkpoint, quantization)) {
            for (WeightTensor matrix : LinearLayers.of(checkpoint)) {
                MatrixFormat.of(quantized, matrix.name())
                        .ifPresent(format -> compare(quantized, matrix, format));
                matrices += MatrixFormat.of(quantized, matrix.name()).isPresent() ? 1 : 0;
            }
        }
        // Attention and MLP of each layer, and the head.
        assertThat(matrices).isGreaterThan(7 * checkpoint.config().text().layers());
    }

    private static void compare(
            QuantizedWeights quantized, WeightTensor matrix, MatrixFormat format) {
        int out = Math.toIntExact(matrix.shape().get(0));
        int in = Math.toIntExact(matrix.shape().get(1));
        float[] exact = floats(quantized, matrix.name());
        float[] values = floats(quantized, format.values(matrix.name()));
        float[] scales = floats(quantized, format.scales(matrix.name()));
        float[] zeros =
                format.hasZeroPoints()
                        ? floats(quantized, format.zeroPoints(matrix.name()))
                        : new float[0];
        int blocks = (int) MatrixFormat.blocks(in);
        for (int row = 0; row < out; row++) {
            for (int column = 0; column < in; column++) {
                float number = exact[row * in + column];
                int block = row * blocks + column / MatrixFormat.BLOCK;
                int at = block * MatrixFormat.BLOCK + column % MatrixFormat.BLOCK;
                if (format == MatrixFormat.ROWWISE_8BIT) {
                    check(number, values[column * out + row], scales[row], 0.5001f);
                    assertThat(values[column * out + row]).isBetween(-63f, 63f);
                } else if (format == MatrixFormat.BLOCKWISE_8BIT) {
                    check(number, values[at] - 128, scales[block], 1.0001f);
                } else {
                    int zero =
                            nibble(
                                    zeros,
                                    row * ((blocks + 1) / 2) * 2 + column / MatrixFormat.BLOCK);
                    check(number, nibble(values, at) - zero, scales[block], 1.0001f);
                }
            }
        }
    }

    private static void check(float exact, float value, float scale, float steps) {
        assertThat(Math.abs(exact - value * scale)).isLessThanOrEqualTo(steps * Math.abs(scale));
    }

    private static int nibble(float[] packed, int index) {
        return ((int) packed[index / 2] >> (index % 2 * 4)) & 15;
    }

    private static float[] floats(Weights weights, String name) {
        WeightTensor tensor = weights.get(name);
        float[] numbers = new float[Math.toIntExact(tensor.elements())];
        tensor.dtype().read(weights.map(tensor), numbers);
        return numbers;
    }

    @Test
    void theSecondLoadFindsWhatTheFirstMade() throws IOException {
        Path file = makeCached();
        Files.setLastModifiedTime(file, LONG_AGO);
        assertThat(makeCached()).isEqualTo(file);
        assertThat(Files.getLastModifiedTime(file)).isEqualTo(LONG_AGO);
    }

    @Test
    void aTruncatedFileIsMadeAgain() throws IOException {
        Path file = makeCached();
        byte[] sound = Files.readAllBytes(file);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(sound.length - 100);
        }
        makeCached();
        assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }

    @Test
    void aFileWithAWrongByteIsMadeAgain() throws IOException {
        Path file = makeCached();
        byte[] sound = Files.readAllBytes(file);
        byte[] broken = sound.clone();
        broken[sound.length - 1000] ^= 1;
        Files.write(file, broken);
        makeCached();
        assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }

    @Test
    void aFileOfSomethingElseIsMadeAgain() throws IOException {
        Path file = makeCached();
        byte[] sound = Files.readAllBytes(file);
        Files.copy(
                Golden.checkpoint("llava15").resolve("model.safetensors"),
                file,
                StandardCopyOption.REPLACE_EXISTING);
        makeCached();
        assertThat(Files.readAllBytes(file)).isEqualTo(sound);
        Files.writeString(file, "not at all");
        makeCached();
        assertThat(Files.readAllBytes(file)).isEqualTo(sound);
    }

    @Test
    void otherWeightsAndOtherFormatsHaveFilesOfTheirOwn(@TempDir Path copy) throws IOException {
        makeCached();
        cached(checkpoint("llava15"), Quantization.WEIGHT_8BIT).close();
        Golden.copy("checkpoints/llava15", copy);
        cached(CheckpointReader.read(copy), Quantization.WEIGHT_4BIT).close();
        assertThat(files()).as("a copy is the same").hasSize(2);
        Path weights = copy.resolve("model.safetensors");
        try (FileChannel channel = FileChannel.open(weights, StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1, 2, 3, 4}), channel.size() - 4);
        }
        cached(CheckpointReader.read(copy), Quantization.WEIGHT_4BIT).close();
        assertThat(files()).hasSize(3);
    }

    @Test
    void manyMayMakeTheSameFileAtOnce() throws Exception {
        Checkpoint checkpoint = checkpoint("llava15");
        ExecutorService loaders = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Long>> loads = new ArrayList<>();
            for (int i = 0; i < 24; i++) {
                loads.add(
                        () -> {
                            try (QuantizedWeights weights =
                                    cached(checkpoint, Quantization.ROWWISE_8BIT)) {
                                return checksum(checkpoint, weights);
                            }
                        });
            }
            List<Long> checksums = new ArrayList<>();
            for (Future<Long> load : loaders.invokeAll(loads)) {
                checksums.add(load.get());
            }
            assertThat(checksums).hasSize(24).containsOnly(checksums.get(0));
        } finally {
            loaders.shutdownNow();
        }
        assertThat(files()).hasSize(1);
    }

    private static long checksum(Checkpoint checkpoint, QuantizedWeights weights) {
        long sum = 0;
        for (WeightTensor matrix : LinearLayers.of(checkpoint)) {
            String values = MatrixFormat.ROWWISE_8BIT.values(matrix.name());
            sum = 31 * sum + weights.map(weights.get(values)).hashCode();
        }
        return sum;
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "NONE")
    void withoutACacheNothingStaysBehind(Quantization quantization) {
        Checkpoint checkpoint = checkpoint("llava15");
        Path file;
        try (QuantizedWeights weights = open(checkpoint, quantization)) {
            String head = "language_model.lm_head.weight";
            MatrixFormat format = MatrixFormat.of(weights, head).orElseThrow();
            file = weights.get(format.values(head)).file();
            assertThat(file).exists();
        }
        assertThat(file).doesNotExist();
    }

    @Test
    void aFolderThatCannotBeIsAClearError() throws IOException {
        Path file = Files.createFile(cache.resolve("file"));
        ComputeOptions options =
                ComputeOptions.DEFAULT
                        .withQuantization(Quantization.WEIGHT_4BIT)
                        .withCacheFolder(file.resolve("below").toString());
        Checkpoint checkpoint = checkpoint("llava15");
        assertThatThrownBy(
                        () ->
                                QuantizedWeights.of(
                                        checkpoint.weights(), LinearLayers.of(checkpoint), options))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("cache folder")
                .hasMessageContaining("below");
    }

    private Path makeCached() throws IOException {
        cached(checkpoint("llava15"), Quantization.WEIGHT_4BIT).close();
        assertThat(files()).hasSize(1);
        return files().get(0);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(cache)) {
            return files.toList();
        }
    }

    private QuantizedWeights cached(Checkpoint checkpoint, Quantization quantization) {
        return open(
                checkpoint,
                ComputeOptions.DEFAULT
                        .withQuantization(quantization)
                        .withCacheFolder(cache.toString()));
    }

    private static QuantizedWeights open(Checkpoint checkpoint, Quantization quantization) {
        return open(checkpoint, ComputeOptions.DEFAULT.withQuantization(quantization));
    }

    private static QuantizedWeights open(Checkpoint checkpoint, ComputeOptions options) {
        return QuantizedWeights.of(checkpoint.weights(), LinearLayers.of(checkpoint), options);
    }

    private static Checkpoint checkpoint(String name) {
        return CheckpointReader.read(Golden.checkpoint(name));
    }
}
