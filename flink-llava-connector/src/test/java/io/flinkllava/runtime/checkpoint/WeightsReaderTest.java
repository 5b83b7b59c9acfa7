package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

class WeightsReaderTest {

    private static final String INDEX = "model.safetensors.index.json";

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void mapsTheValuesOfOneFile() {
        new SafetensorsWriter()
                .addFloats("model.language_model.norm.weight", 1.5f, -2f)
                .addFloats("lm_head.weight", 3f)
                .write(checkpoint.file("model.safetensors"));

        Weights weights = WeightsReader.read(checkpoint.folder());

        assertThat(floats(weights, "language_model.model.norm.weight")).containsExactly(1.5f, -2f);
        assertThat(floats(weights, "language_model.lm_head.weight")).containsExactly(3f);
        assertThat(weights.contains("lm_head.weight")).isFalse();
    }

    @Test
    void mapsHalfPrecisionAsItLies() {
        byte[] one = {0x00, 0x3c};
        byte[] brainOne = {(byte) 0x80, 0x3f};
        new SafetensorsWriter()
                .add("image_newline", "F16", one, 1)
                .add("multi_modal_projector.linear_1.bias", "BF16", brainOne, 1, 1)
                .write(checkpoint.file("model.safetensors"));

        Weights weights = WeightsReader.read(checkpoint.folder());
        WeightTensor half = weights.require("image_newline", 1);
        WeightTensor brain = weights.require("multi_modal_projector.linear_1.bias", 1, 1);

        assertThat(half.dtype()).isEqualTo(Dtype.F16);
        assertThat(bytes(weights.map(half))).containsExactly(one);
        assertThat(brain.dtype()).isEqualTo(Dtype.BF16);
        assertThat(bytes(weights.map(brain))).containsExactly(brainOne);
    }

    @Test
    void readsShards() {
        twoShards();

        Weights weights = WeightsReader.read(checkpoint.folder());

        assertThat(floats(weights, "vision_tower.vision_model.a")).containsExactly(1f, 2f);
        assertThat(floats(weights, "language_model.model.b")).containsExactly(3f);
        assertThat(weights.get("language_model.model.b").file())
                .isEqualTo(checkpoint.file("model-00002-of-00002.safetensors"));
    }

    /** The golden weights, written once more as transformers 5 names them in memory. */
    @Test
    void readsTheSameWeightsUnderOtherNamesFromShards() {
        Weights golden = WeightsReader.read(new CheckpointFolder(Golden.checkpoint("llava15")));
        Map<String, SafetensorsWriter> shards = new TreeMap<>();
        ObjectNode index = new ObjectMapper().createObjectNode();
        for (String name : goldenNames()) {
            WeightTensor tensor = golden.get(TensorNames.canonical(name));
            String shard = "model-" + index.size() % 3 + ".safetensors";
            String renamed = inMemoryName(name);
            index.put(renamed, shard);
            shards.computeIfAbsent(shard, any -> new SafetensorsWriter())
                    .add(
                            renamed,
                            "F32",
                            bytes(golden.map(tensor)),
                            tensor.shape().stream().mapToLong(size -> size).toArray());
        }
        shards.forEach((name, shard) -> shard.write(checkpoint.file(name)));
        checkpoint.write(INDEX, "{\"weight_map\": " + index + "}");

        Weights weights = WeightsReader.read(checkpoint.folder());

        assertThat(shards).hasSize(3);
        for (String name : goldenNames()) {
            WeightTensor expected = golden.get(TensorNames.canonical(name));
            WeightTensor actual = weights.get(expected.name());
            assertThat(actual.shape()).as(name).isEqualTo(expected.shape());
            assertThat(weights.map(actual)).as(name).isEqualTo(golden.map(expected));
        }
    }

    @Test
    void mapsReadOnly() {
        Weights weights = WeightsReader.read(new CheckpointFolder(Golden.checkpoint("llava15")));
        WeightTensor tensor = weights.get("language_model.model.norm.weight");

        ByteBuffer mapped = weights.map(tensor);

        assertThat(mapped.isReadOnly()).isTrue();
        assertThat(mapped.isDirect()).isTrue();
        assertThat(mapped.remaining()).isEqualTo(64 * Float.BYTES);
        assertThat(mapped.order()).isEqualTo(ByteOrder.LITTLE_ENDIAN);
    }

    @Test
    void mapsBehindTwoGibibytesButNoTensorLargerThanThat() throws IOException {
        long large = 1L << 31;
        String header =
                String.format(
                        """
                        {"image_newline": {"dtype": "F16", "shape": [%d], "data_offsets": [0, %d]},
                         "lm_head.weight": {"dtype": "F16", "shape": [1], "data_offsets": [%d, %d]}}""",
                        large / 2, large, large, large + 2);
        Path file = checkpoint.file("model.safetensors");
        SafetensorsWriter.write(file, header, new byte[0]);
        long end = 8 + header.getBytes(UTF_8).length + large + 2;
        // Sparse: takes a few blocks on the disk.
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.seek(end - 2);
            sparse.write(new byte[] {7, 9});
        }

        Weights weights = WeightsReader.read(checkpoint.folder());

        assertThat(bytes(weights.map(weights.get("language_model.lm_head.weight"))))
                .containsExactly(7, 9);
        assertThat(weights.canMap(weights.get("language_model.lm_head.weight"))).isTrue();
        assertThat(weights.canMap(weights.get("image_newline"))).isFalse();
    }

    @Test
    void namesAMissingTensor() {
        twoShards();
        Weights weights = WeightsReader.read(checkpoint.folder());
        assertModelError(
                () -> weights.get("language_model.model.norm.weight"),
                folder + ": no tensor 'language_model.model.norm.weight'",
                "[model-00001-of-00002.safetensors, model-00002-of-00002.safetensors]");
    }

    @Test
    void namesATensorOfAnotherShape() {
        twoShards();
        Weights weights = WeightsReader.read(checkpoint.folder());
        assertModelError(
                () -> weights.require("vision_tower.vision_model.a", 2, 1),
                checkpoint.file("model-00001-of-00002.safetensors").toString(),
                "'vision_tower.vision_model.a' has shape [2]",
                "must be [2, 1]");
    }

    @Test
    void refusesOtherTypesOnlyWhenAskedForThem() {
        new SafetensorsWriter()
                .add("vision_tower.vision_model.embeddings.position_ids", "I64", new byte[8], 1)
                .addFloats("lm_head.weight", 3f)
                .write(checkpoint.file("model.safetensors"));

        Weights weights = WeightsReader.read(checkpoint.folder());

        assertThat(floats(weights, "language_model.lm_head.weight")).containsExactly(3f);
        assertModelError(
                () -> weights.get("vision_tower.vision_model.embeddings.position_ids"),
                "position_ids' has dtype I64",
                "[F32, F16, BF16]");
    }

    @Test
    void refusesOneTensorUnderTwoNames() {
        new SafetensorsWriter()
                .addFloats("lm_head.weight", 3f)
                .addFloats("language_model.lm_head.weight", 3f)
                .write(checkpoint.file("model.safetensors"));
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()),
                "'lm_head.weight'",
                "'language_model.lm_head.weight'");
    }

    @Test
    void namesAMissingShard() {
        twoShards();
        checkpoint.delete("model-00002-of-00002.safetensors");
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()),
                checkpoint.file("model-00002-of-00002.safetensors") + ": no such file",
                INDEX);
    }

    @Test
    void refusesAnIndexThatDoesNotFitItsShards() {
        twoShards();
        checkpoint.write(INDEX, "{\"weight_map\": {\"c\": \"model-00001-of-00002.safetensors\"}}");
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()),
                checkpoint.file("model-00001-of-00002.safetensors") + ": no tensor 'c'");
    }

    @Test
    void refusesAnIndexThatLeadsElsewhere() {
        for (String name : List.of("../x.safetensors", "/etc/x.safetensors", "a.bin", "")) {
            checkpoint.write(INDEX, "{\"weight_map\": {\"c\": \"" + name + "\"}}");
            assertModelError(
                    () -> WeightsReader.read(checkpoint.folder()),
                    checkpoint.file(INDEX) + ": weight_map.c is \"" + name + "\"");
        }
        checkpoint.write(INDEX, "{}");
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()), INDEX, "weight_map is absent");
    }

    @Test
    void asksToConvertPickledWeights() {
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()),
                checkpoint.file("model.safetensors") + ": no such file",
                "Download the weights");

        checkpoint.write("pytorch_model.bin", "");
        assertModelError(
                () -> WeightsReader.read(checkpoint.folder()),
                "pytorch_model.bin",
                "convert it",
                "save_pretrained");
    }

    private void twoShards() {
        new SafetensorsWriter()
                .addFloats("vision_tower.a", 1f, 2f)
                .write(checkpoint.file("model-00001-of-00002.safetensors"));
        new SafetensorsWriter()
                .addFloats("language_model.model.b", 3f)
                .write(checkpoint.file("model-00002-of-00002.safetensors"));
        checkpoint.write(
                INDEX,
                """
                {"metadata": {"total_size": 12},
                 "weight_map": {"vision_tower.a": "model-00001-of-00002.safetensors",
                                "language_model.model.b": "model-00002-of-00002.safetensors"}}
                """);
    }

    private static Set<String> goldenNames() {
        return SafetensorsFile.read(Golden.path("checkpoints/llava15/model.safetensors"))
                .tensors()
                .keySet();
    }

    private static String inMemoryName(String name) {
        return name.startsWith("language_model.lm_head.")
                ? name.replaceFirst("language_model\\.", "")
                : "model." + name.replaceFirst("language_model\\.model", "language_model");
    }

    private static float[] floats(Weights weights, String name) {
        WeightTensor tensor = weights.get(name);
        float[] values = new float[(int) tensor.elements()];
        weights.map(tensor).asFloatBuffer().get(values);
        return values;
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] copy = new byte[buffer.remaining()];
        buffer.get(copy);
        return copy;
    }
}
