package io.flinkllava.examples.benchmark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Sizes of a LLaVA-1.5: a CLIP tower, a projector of two layers, a LLaMA.
 *
 * @param imageSize side of a picture in pixels
 * @param patchSize side of a patch in pixels
 */
record CheckpointShape(
        String name, Layers vision, int imageSize, int patchSize, Layers text, int vocabulary) {

    /** That of llava-1.5-7b-hf. */
    static final CheckpointShape LLAVA_15_7B =
            new CheckpointShape(
                    "llava-15-7b",
                    new Layers(1024, 4096, 24, 16),
                    336,
                    14,
                    new Layers(4096, 11008, 32, 32),
                    32064);

    /** Loads in a moment. */
    static final CheckpointShape TINY =
            new CheckpointShape(
                    "tiny", new Layers(48, 96, 3, 3), 42, 14, new Layers(64, 112, 3, 4), 320);

    private static final List<CheckpointShape> ALL = List.of(LLAVA_15_7B, TINY);

    /** Sizes of a stack of layers; {@code inner} is the width between the two halves of an MLP. */
    record Layers(long width, long inner, int count, int heads) {}

    /** Finds a shape by its name. */
    static CheckpointShape named(String name) {
        return ALL.stream()
                .filter(shape -> shape.name().equals(name))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        "Unknown shape '"
                                                + name
                                                + "': use "
                                                + ALL.stream()
                                                        .map(CheckpointShape::name)
                                                        .collect(Collectors.joining(" or "))));
    }

    /** Names and shapes of all tensors, as transformers stores them. */
    Map<String, List<Long>> tensors() {
        Map<String, List<Long>> tensors = new LinkedHashMap<>();
        visionTensors(tensors, "vision_tower.vision_model.");
        linear(tensors, "multi_modal_projector.linear_1", text.width(), vision.width());
        linear(tensors, "multi_modal_projector.linear_2", text.width(), text.width());
        textTensors(tensors, "language_model.model.");
        tensors.put("language_model.lm_head.weight", List.of((long) vocabulary, text.width()));
        return tensors;
    }

    private void visionTensors(Map<String, List<Long>> tensors, String tower) {
        long width = vision.width();
        long side = imageSize / patchSize;
        tensors.put(tower + "embeddings.class_embedding", List.of(width));
        tensors.put(
                tower + "embeddings.patch_embedding.weight",
                List.of(width, 3L, (long) patchSize, (long) patchSize));
        tensors.put(
                tower + "embeddings.position_embedding.weight", List.of(side * side + 1, width));
        norm(tensors, tower + "pre_layrnorm");
        for (int layer = 0; layer < vision.count(); layer++) {
            String prefix = tower + "encoder.layers." + layer + ".";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "out_proj")) {
                linear(tensors, prefix + "self_attn." + name, width, width);
            }
            linear(tensors, prefix + "mlp.fc1", vision.inner(), width);
            linear(tensors, prefix + "mlp.fc2", width, vision.inner());
            norm(tensors, prefix + "layer_norm1");
            norm(tensors, prefix + "layer_norm2");
        }
        norm(tensors, tower + "post_layernorm");
    }

    private void textTensors(Map<String, List<Long>> tensors, String model) {
        long width = text.width();
        tensors.put(model + "embed_tokens.weight", List.of((long) vocabulary, width));
        for (int layer = 0; layer < text.count(); layer++) {
            String prefix = model + "layers." + layer + ".";
            for (String name : List.of("q_proj", "k_proj", "v_proj", "o_proj")) {
                tensors.put(prefix + "self_attn." + name + ".weight", List.of(width, width));
            }
            tensors.put(prefix + "mlp.gate_proj.weight", List.of(text.inner(), width));
            tensors.put(prefix + "mlp.up_proj.weight", List.of(text.inner(), width));
            tensors.put(prefix + "mlp.down_proj.weight", List.of(width, text.inner()));
            tensors.put(prefix + "input_layernorm.weight", List.of(width));
            tensors.put(prefix + "post_attention_layernorm.weight", List.of(width));
        }
        tensors.put(model + "norm.weight", List.of(width));
    }

    private static void linear(Map<String, List<Long>> tensors, String name, long out, long in) {
        tensors.put(name + ".weight", List.of(out, in));
        tensors.put(name + ".bias", List.of(out));
    }

    private void norm(Map<String, List<Long>> tensors, String name) {
        tensors.put(name + ".weight", List.of(vision.width()));
        tensors.put(name + ".bias", List.of(vision.width()));
    }
}
