package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class ImageNewlineReaderTest {

    private static final int HIDDEN = 64;

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void withoutNewline() {
        checkpoint = TestCheckpoint.exported("llava_next", folder).delete("image_newline.json");
    }

    @Test
    void readsTheFileBeside() {
        checkpoint.write("image_newline.json", numbers(0.25));
        assertThat(newline()).isEqualTo(Collections.nCopies(HIDDEN, 0.25f));
    }

    @Test
    void readsTheConfigFirst() {
        checkpoint.write("image_newline.json", numbers(0.25));
        checkpoint.edit("config.json", "{\"image_newline\": " + numbers(0.5) + "}");
        assertThat(newline()).isEqualTo(Collections.nCopies(HIDDEN, 0.5f));
    }

    @ParameterizedTest
    @ValueSource(strings = {"image_newline", "model.image_newline"})
    void readsATensor(String name) {
        float[] values = new float[HIDDEN];
        values[0] = -1.5f;
        new SafetensorsWriter()
                .addFloats("other", 1, 2)
                .addFloats(name, values)
                .write(folder.resolve("some.safetensors"));
        assertThat(newline()).startsWith(-1.5f, 0f).hasSize(HIDDEN);
    }

    @Test
    void readsHalfPrecision() {
        // 1, -2, the largest, the smallest, 1/3 rounded, minus infinity.
        short[] bits = {0x3c00, (short) 0xc000, 0x7bff, 0x0001, 0x3555, (short) 0xfc00};
        tensor("F16", bits);
        assertThat(newline())
                .startsWith(
                        1f, -2f, 65504f, 5.9604645e-8f, 0.33325195f, Float.NEGATIVE_INFINITY, 0f);
    }

    @Test
    void readsBrainFloats() {
        tensor("BF16", (short) 0x3f80, (short) 0xc040);
        assertThat(newline()).startsWith(1f, -3f, 0f);
    }

    @Test
    void saysHowToWriteWhatIsMissing() {
        assertModelError(
                checkpoint::read,
                checkpoint.file("image_newline.json") + ": no such file",
                "json.dump");
    }

    @Test
    void refusesAnotherLength() {
        checkpoint.write("image_newline.json", "[1, 2, 3]");
        assertModelError(checkpoint::read, "image_newline has 3 numbers", "it must have 64");
    }

    @Test
    void refusesWhatIsNoList() {
        checkpoint.write("image_newline.json", "{}");
        assertModelError(checkpoint::read, "image_newline.json: not a JSON array of numbers");
    }

    @Test
    void isNotAskedForWhereNothingIsTiled(@TempDir Path untiled) {
        ExportedGraphs graphs =
                (ExportedGraphs) TestCheckpoint.exported("llava", untiled).read().source();
        assertThat(graphs.imageNewline()).isEmpty();
    }

    private void tensor(String dtype, short... bits) {
        ByteBuffer bytes = ByteBuffer.allocate(2 * HIDDEN).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asShortBuffer().put(bits);
        new SafetensorsWriter()
                .add("image_newline", dtype, bytes.array(), HIDDEN)
                .write(folder.resolve("newline.safetensors"));
    }

    private static String numbers(double value) {
        return Collections.nCopies(HIDDEN, value).toString();
    }

    private List<Float> newline() {
        return ((ExportedGraphs) checkpoint.read().source()).imageNewline().orElseThrow();
    }
}
