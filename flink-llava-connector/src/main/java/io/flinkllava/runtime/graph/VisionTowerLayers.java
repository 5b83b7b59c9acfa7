package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;

import java.util.ArrayList;
import java.util.List;

/**
 * The layers of a vision tower: pixels to hidden states. Implements {@code CLIPVisionTransformer}
 * and {@code SiglipVisionTransformer} of Hugging Face transformers ({@code modeling_clip.py},
 * {@code modeling_siglip.py}), which differ only in how they embed patches.
 *
 * <p>Hidden states are {@code [images * positions, width]}.
 */
final class VisionTowerLayers {

    private static final String TOWER = "vision_tower.vision_model.";

    private final GraphWriter graph;
    private final VisionConfig vision;

    /** {@code [images, positions, width]}, to go from rows of positions back to sequences. */
    private final String sequences;

    VisionTowerLayers(GraphWriter graph, VisionConfig vision) {
        this.graph = graph;
        this.vision = vision;
        this.sequences = graph.constant(-1, vision.positions(), vision.hiddenSize());
    }

    /**
     * Writes the embedding and the first layers.
     *
     * @param pixels {@code [images, 3, side, side]}
     * @param layers how many
     * @return the hidden states from the embedding (0) to the last of these layers
     */
    List<String> write(String pixels, int layers) {
        List<String> states = new ArrayList<>(List.of(embed(pixels)));
        for (int layer = 0; layer < layers; layer++) {
            states.add(encoderLayer(states.get(layer), TOWER + "encoder.layers." + layer + "."));
        }
        return states;
    }

    private String embed(String pixels) {
        long width = vision.hiddenSize();
        boolean clip = vision.architecture() == Architecture.CLIP;
        String patches = patches(pixels, !clip);
        String tokens = clip ? withClassToken(pixels, patches) : patches;
        String placed =
                graph.node(
                        "Add",
                        List.of(
                                tokens,
                                graph.weight(
                                        TOWER + "embeddings.position_embedding.weight",
                                        vision.positions(),
                                        width)));
        String rows = graph.reshape(placed, graph.constant(-1, width));
        return clip ? norm(rows, TOWER + "pre_layrnorm") : rows;
    }

    /** {@code [images, patches, width]}. */
    private String patches(String pixels, boolean bias) {
        long width = vision.hiddenSize();
        long patch = vision.patchSize();
        String prefix = TOWER + "embeddings.patch_embedding";
        List<String> inputs = new ArrayList<>(List.of(pixels));
        inputs.add(graph.weight(prefix + ".weight", width, vision.channels(), patch, patch));
        if (bias) {
            inputs.add(graph.weight(prefix + ".bias", width));
        }
        String map =
                graph.node(
                        "Conv",
                        inputs,
                        Attribute.of("strides", List.of(patch, patch)),
                        Attribute.of("kernel_shape", List.of(patch, patch)));
        return graph.node(
                "Transpose",
                List.of(graph.reshape(map, graph.constant(0, width, -1))),
                Attribute.of("perm", List.of(0L, 2L, 1L)));
    }

    private String withClassToken(String pixels, String patches) {
        long width = vision.hiddenSize();
        String classToken =
                graph.reshape(
                        graph.weight(TOWER + "embeddings.class_embedding", width),
                        graph.constant(1, 1, width));
        String images =
                graph.node(
                        "Shape", List.of(pixels), Attribute.of("start", 0), Attribute.of("end", 1));
        String shape =
                graph.node(
                        "Concat",
                        List.of(images, graph.constant(1, width)),
                        Attribute.of("axis", 0));
        String classTokens = graph.node("Expand", List.of(classToken, shape));
        return graph.node("Concat", List.of(classTokens, patches), Attribute.of("axis", 1));
    }

    private String encoderLayer(String x, String prefix) {
        String attended =
                graph.node("Add", List.of(x, attention(norm(x, prefix + "layer_norm1"), prefix)));
        String mlp = mlp(norm(attended, prefix + "layer_norm2"), prefix + "mlp.");
        return graph.node("Add", List.of(attended, mlp));
    }

    private String attention(String x, String prefix) {
        long width = vision.hiddenSize();
        String attention = prefix + "self_attn.";
        List<String> queryKeyValue = new ArrayList<>();
        for (String name : List.of("q_proj", "k_proj", "v_proj")) {
            String flat = graph.linear(x, attention + name, width, width, true);
            queryKeyValue.add(graph.reshape(flat, sequences));
        }
        String mixed =
                graph.contrib(
                        "MultiHeadAttention",
                        queryKeyValue,
                        Attribute.of("num_heads", vision.heads()));
        String rows = graph.reshape(mixed, graph.constant(-1, width));
        return graph.linear(rows, attention + "out_proj", width, width, true);
    }

    private String mlp(String x, String prefix) {
        long width = vision.hiddenSize();
        long inner = vision.intermediateSize();
        String up = graph.linear(x, prefix + "fc1", inner, width, true);
        String active = Activation.apply(graph, vision.hiddenAct(), up);
        return graph.linear(active, prefix + "fc2", width, inner, true);
    }

    private String norm(String x, String prefix) {
        return graph.layerNorm(x, prefix, vision.hiddenSize(), vision.layerNormEps());
    }
}
