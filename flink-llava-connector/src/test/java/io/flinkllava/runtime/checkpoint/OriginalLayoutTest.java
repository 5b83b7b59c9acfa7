package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.graph.ComputeType;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.OnnxGraph;
import io.flinkllava.runtime.graph.PackingGraph;
import io.flinkllava.runtime.graph.VisionGraph;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

/** The tensors that graphs ask for, against those of published checkpoints, by name and shape. */
class OriginalLayoutTest {

    private static final int CLIP_LAYERS = 24;
    private static final long CLIP = 1024;

    @TempDir Path folder;

    /** As the files name them. */
    private final Map<String, List<Long>> published = new HashMap<>();

    @Test
    void asksForTheTensorsOfTheSevenBillionModel() {
        languageModel(32, 4096, 11_008, 4096, 32_000);

        assertThat(asked(OriginalConfigs.LLAVA_15_7B)).isEqualTo(offered());
    }

    @Test
    void asksForTheTensorsOfTheMistralModel() {
        languageModel(32, 4096, 14_336, 1024, 32_000);
        tensor("model.image_newline", 4096);

        assertThat(
                        asked(
                                OriginalConfigs.LLAVA_15_7B,
                                OriginalConfigs.TILES,
                                OriginalConfigs.MISTRAL))
                .isEqualTo(offered());
    }

    @Test
    void asksForTheTensorsOfTheThirtyFourBillionModel() {
        languageModel(60, 7168, 20_480, 1024, 64_000);
        tensor("model.image_newline", 7168);

        assertThat(
                        asked(
                                OriginalConfigs.LLAVA_15_7B,
                                OriginalConfigs.TILES,
                                OriginalConfigs.YI_34B))
                .isEqualTo(offered());
    }

    private void languageModel(int layers, long hidden, long inner, long keys, long words) {
        tensor("model.embed_tokens.weight", words, hidden);
        tensor("lm_head.weight", words, hidden);
        tensor("model.norm.weight", hidden);
        for (int i = 0; i < layers; i++) {
            String layer = "model.layers." + i + ".";
            tensor(layer + "self_attn.q_proj.weight", hidden, hidden);
            tensor(layer + "self_attn.k_proj.weight", keys, hidden);
            tensor(layer + "self_attn.v_proj.weight", keys, hidden);
            tensor(layer + "self_attn.o_proj.weight", hidden, hidden);
            tensor(layer + "mlp.gate_proj.weight", inner, hidden);
            tensor(layer + "mlp.up_proj.weight", inner, hidden);
            tensor(layer + "mlp.down_proj.weight", hidden, inner);
            tensor(layer + "input_layernorm.weight", hidden);
            tensor(layer + "post_attention_layernorm.weight", hidden);
        }
        linear("model.mm_projector.0", hidden, CLIP);
        linear("model.mm_projector.2", hidden, hidden);
        clip("model.vision_tower.vision_tower.vision_model.");
    }

    private void clip(String tower) {
        tensor(tower + "embeddings.class_embedding", CLIP);
        tensor(tower + "embeddings.patch_embedding.weight", CLIP, 3, 14, 14);
        tensor(tower + "embeddings.position_embedding.weight", 577, CLIP);
        norm(tower + "pre_layrnorm");
        // The features are those of the last layer but one.
        for (int i = 0; i < CLIP_LAYERS - 1; i++) {
            String layer = tower + "encoder.layers." + i + ".";
            for (String projection : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                linear(layer + "self_attn." + projection, CLIP, CLIP);
            }
            linear(layer + "mlp.fc1", 4 * CLIP, CLIP);
            linear(layer + "mlp.fc2", CLIP, 4 * CLIP);
            norm(layer + "layer_norm1");
            norm(layer + "layer_norm2");
        }
    }

    private void linear(String name, long out, long in) {
        tensor(name + ".weight", out, in);
        tensor(name + ".bias", out);
    }

    private void norm(String name) {
        tensor(name + ".weight", CLIP);
        tensor(name + ".bias", CLIP);
    }

    private void tensor(String name, long... shape) {
        published.put(name, Arrays.stream(shape).boxed().toList());
    }

    private Set<String> offered() {
        return published.keySet().stream()
                .map(OriginalTensorNames::canonical)
                .collect(Collectors.toSet());
    }

    private Set<String> asked(String json, String... changes) {
        Checkpoint checkpoint = checkpoint(json, changes);
        List<OnnxGraph> graphs = new ArrayList<>();
        graphs.add(VisionGraph.write(checkpoint, ComputeType.FLOAT16));
        graphs.add(DecoderGraph.write(checkpoint, ComputeType.FLOAT16, 64));
        if (PackingGraph.isNeeded(checkpoint.config())) {
            graphs.add(PackingGraph.write(checkpoint, ComputeType.FLOAT16));
        }
        return graphs.stream()
                .map(OnnxGraph::weights)
                .flatMap(List::stream)
                .map(WeightTensor::name)
                .collect(Collectors.toSet());
    }

    private Checkpoint checkpoint(String json, String... changes) {
        TestCheckpoint files = TestCheckpoint.empty(folder).write("config.json", json);
        for (String fields : changes) {
            files.edit("config.json", fields);
        }
        LlavaConfig config =
                new OriginalLlavaFamily(KnownTower.CLIP_LARGE_336.config())
                        .read(JsonObject.read(files.file("config.json")));
        return new Checkpoint(
                folder,
                config,
                null,
                null,
                null,
                Optional.empty(),
                null,
                Map.of(),
                files.file("tokenizer.json"),
                new Shapes(published),
                List.of());
    }

    /** Weights of the right shapes that are nowhere. */
    private static final class Shapes implements Weights {

        private final Map<String, WeightTensor> tensors = new HashMap<>();

        Shapes(Map<String, List<Long>> shapes) {
            shapes.forEach(
                    (inFile, shape) -> {
                        String name = OriginalTensorNames.canonical(inFile);
                        tensors.put(
                                name,
                                new WeightTensor(
                                        name, Dtype.F16, shape, Path.of("model.safetensors"), 0));
                    });
        }

        @Override
        public WeightTensor get(String name) {
            assertThat(tensors).containsKey(name);
            return tensors.get(name);
        }

        @Override
        public boolean contains(String name) {
            return tensors.containsKey(name);
        }

        @Override
        public ByteBuffer map(WeightTensor tensor) {
            throw new AssertionError("Graphs are written without weights");
        }
    }
}
