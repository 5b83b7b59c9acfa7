package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class SafetensorsFileTest {

    private static final String TWO_TENSORS =
            """
            {"__metadata__": {"format": "pt"},
             "a": {"dtype": "F32", "shape": [2, 1], "data_offsets": [0, 8]},
             "b": {"dtype": "F16", "shape": [], "data_offsets": [8, 10]}}""";

    @TempDir Path folder;
    private Path file;

    @BeforeEach
    void setUp() {
        file = folder.resolve("model.safetensors");
    }

    @Test
    void readsWhereTensorsLie() {
        SafetensorsWriter.write(file, TWO_TENSORS, new byte[10]);
        long data = 8L + TWO_TENSORS.getBytes(UTF_8).length;

        SafetensorsFile read = SafetensorsFile.read(file);

        assertThat(read.tensors()).containsOnlyKeys("a", "b");
        assertThat(read.tensors().get("a"))
                .isEqualTo(new SafetensorsFile.Entry("F32", List.of(2L, 1L), data, data + 8));
        assertThat(read.tensors().get("b"))
                .isEqualTo(new SafetensorsFile.Entry("F16", List.of(), data + 8, data + 10));
    }

    @Test
    void tellsHowMuchOfATruncatedFileIsThere() throws IOException {
        SafetensorsWriter.write(file, TWO_TENSORS, new byte[10]);
        byte[] whole = Files.readAllBytes(file);

        for (int length = 8; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            int inHeader = 8 + TWO_TENSORS.getBytes(UTF_8).length;
            int expected = length < inHeader ? inHeader : whole.length;
            assertModelError(
                    () -> SafetensorsFile.read(file),
                    file
                            + ": truncated: has "
                            + length
                            + " bytes, its header describes "
                            + expected,
                    "Download the file again");
        }
    }

    @Test
    void refusesAFileTooShortForAHeader() throws IOException {
        Files.write(file, new byte[7]);
        assertModelError(() -> SafetensorsFile.read(file), "truncated: has 7 bytes");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 100_000_001, Long.MAX_VALUE, -1, Long.MIN_VALUE})
    void refusesAnAbsurdHeaderLength(long length) {
        SafetensorsWriter.write(file, length, TWO_TENSORS.getBytes(UTF_8), new byte[10]);
        assertModelError(
                () -> SafetensorsFile.read(file),
                "no safetensors file",
                Long.toUnsignedString(length));
    }

    @Test
    void recognizesAGitLfsPointer() throws IOException {
        Files.writeString(file, "version https://git-lfs.github.com/spec/v1\noid sha256:0\n");
        assertModelError(() -> SafetensorsFile.read(file), file.toString(), "git lfs pull");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            []                                                              | not a JSON object
            {"a": 1}                                                        | a is 1
            {"a": null}                                                     | a is absent
            {"a": {"shape": [2], "data_offsets": [0, 8]}}                   | a.dtype is absent
            {"a": {"dtype": "F32", "data_offsets": [0, 8]}}                 | a.shape is absent
            {"a": {"dtype": "F32", "shape": [-2], "data_offsets": [0, 8]}}  | a.shape is [-2]
            {"a": {"dtype": "F32", "shape": [2.0], "data_offsets": [0, 8]}} | a.shape is [2.0]
            {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8, 0]}}   | a.data_offsets is [8,0]
            {"a": {"dtype": "F32", "shape": [2], "data_offsets": [8]}}      | a.data_offsets is [8]
            {"a": {"dtype": "F32", "shape": [2]}}                           | a.data_offsets is absent
            {"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 7]}}   | as long as F32 [2] takes
            {"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 8]}}  | as long as BF16 [2] takes
            {"a": {"dtype": "F32", "shape": [4611686018427387905], "data_offsets": [0, 4]}} | takes
            {"a": {"dtype": "X", "shape": [1], "data_offsets": [0, 9223372036854775807]}} | a.data_offsets is
            {"a": {"dtype": "X", "shape": [1], "data_offsets": [0, 99999]}} | truncated
            {"a": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}, "b": {"dtype": "U8", "shape": [2], "data_offsets": [1, 3]}} | 'a' and 'b' overlap
            {"a": {"dtype": "U8", "shape": [1], "data_offsets": [0, 1]}, "a": {"dtype": "U8", "shape": [1], "data_offsets": [1, 2]}} | Duplicate field 'a'
            {"a": {"dtype": "U8"                                            | not valid JSON at line 1
            {} {}                                                           | not valid JSON at line 1
            """)
    void refuses(String header, String message) {
        SafetensorsWriter.write(file, header, new byte[16]);
        assertModelError(() -> SafetensorsFile.read(file), file + ": ", message);
    }

    @Test
    void allowsEmptyTensorsAnywhere() {
        SafetensorsWriter.write(
                file,
                """
                {"a": {"dtype": "U8", "shape": [4], "data_offsets": [0, 4]},
                 "b": {"dtype": "U8", "shape": [0], "data_offsets": [2, 2]}}""",
                new byte[4]);
        assertThat(SafetensorsFile.read(file).tensors()).hasSize(2);
    }

    /** Whatever the bytes are: a header whose tensors lie in the file, or a model error. */
    @Test
    void survivesRandomDamage() throws IOException {
        SafetensorsWriter.write(file, TWO_TENSORS, new byte[10]);
        byte[] whole = Files.readAllBytes(file);
        Random random = new Random(20_260_101);
        int accepted = 0;
        for (int round = 0; round < 500; round++) {
            byte[] damaged = damage(whole, random);
            Files.write(file, damaged);
            accepted += readsOrRefuses(damaged.length) ? 1 : 0;
        }
        assertThat(accepted).isBetween(1, 499);
    }

    private boolean readsOrRefuses(long size) {
        try {
            for (SafetensorsFile.Entry tensor : SafetensorsFile.read(file).tensors().values()) {
                assertThat(tensor.begin()).isBetween(8L, tensor.end());
                assertThat(tensor.end()).isLessThanOrEqualTo(size);
            }
            return true;
        } catch (LlavaException e) {
            assertThat(e.getMessage()).startsWith(file + ": ");
            return false;
        }
    }

    private static byte[] damage(byte[] whole, Random random) {
        byte[] bytes = Arrays.copyOf(whole, whole.length - random.nextInt(3));
        for (int hits = 1 + random.nextInt(3); hits > 0; hits--) {
            int place = random.nextInt(bytes.length);
            boolean swap = random.nextBoolean();
            bytes[place] = swap ? whole[random.nextInt(whole.length)] : (byte) random.nextInt(256);
        }
        return bytes;
    }
}
