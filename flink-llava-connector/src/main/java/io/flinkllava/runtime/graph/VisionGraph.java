package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.graph.GraphWriter.Element;

import java.util.ArrayList;
import java.util.List;

/**
 * The CLIP tower and the projector: {@code pixel_values [images, 3, side, side]} to {@code
 * image_features [images * tokens, hidden]} of the language model.
 *
 * <p>Implements {@code CLIPVisionTransformer} and {@code LlavaMultiModalProjector} of Hugging Face
 * transformers ({@code modeling_clip.py}, {@code modeling_llava.py}). Layers above the last one
 * that feeds the projector are not written at all.
 */
public final class VisionGraph {

    /** Input, {@code [images, 3, side, side]}, float32. */
    public static final String PIXEL_VALUES = "pixel_values";

    /** Output, {@code [images * tokens, hidden]} in the compute type. */
    public static final String IMAGE_FEATURES = "image_features";

    private static final String TOWER = "vision_tower.vision_model.";

    private final GraphWriter graph;
    private final LlavaConfig config;
    private final VisionConfig vision;

    /** {@code [images, positions, -1]}, to go from rows of tokens back to sequences. */
    private final String sequences;

    private VisionGraph(Checkpoint checkpoint, ComputeType compute) {
        this.config = checkpoint.config();
        this.vision = config.vision();
        this.graph = new GraphWriter("vision", checkpoint.weights(), compute);
        this.sequences = graph.constant(-1, positions(), vision.hiddenSize());
    }

    public static OnnxGraph write(Checkpoint checkpoint, ComputeType compute) {
        return new VisionGraph(checkpoint, compute).write();
    }

    /** Feature vectors that one picture becomes. */
    public static int tokens(LlavaConfig config) {
        int patches = config.vision().patches();
        return config.select() == FeatureSelect.DEFAULT ? patches : patches + 1;
    }

    private OnnxGraph write() {
        String pixels =
                graph.input(
                        PIXEL_VALUES,
                        Element.FLOAT32,
                        "images",
                        vision.channels(),
                        vision.imageSize(),
                        vision.imageSize());
        List<String> states = hiddenStates(embed(graph.toComputeType(pixels)));
        String features = project(select(states));
        graph.output(
                IMAGE_FEATURES, features, Element.COMPUTE, "features", config.text().hiddenSize());
        return graph.build();
    }

    private int positions() {
        return vision.patches() + 1;
    }

    /** Patches, class token in front, positions, norm: {@code [images * positions, width]}. */
    private String embed(String pixels) {
        long width = vision.hiddenSize();
        long patch = vision.patchSize();
        String patches =
                graph.node(
                        "Conv",
                        List.of(
                                pixels,
                                graph.weight(
                                        TOWER + "embeddings.patch_embedding.weight",
                                        width,
                                        vision.channels(),
                                        patch,
                                        patch)),
                        Attribute.of("strides", List.of(patch, patch)),
                        Attribute.of("kernel_shape", List.of(patch, patch)));
        String columns = reshape(patches, graph.constant(0, width, -1));
        String rows =
                graph.node(
                        "Transpose", List.of(columns), Attribute.of("perm", List.of(0L, 2L, 1L)));
        String classToken =
                reshape(
                        graph.weight(TOWER + "embeddings.class_embedding", width),
                        graph.constant(1, 1, width));
        String images =
                graph.node(
                        "Shape", List.of(pixels), Attribute.of("start", 0), Attribute.of("end", 1));
        String classTokens =
                graph.node(
                        "Expand",
                        List.of(
                                classToken,
                                graph.node(
                                        "Concat",
                                        List.of(images, graph.constant(1, width)),
                                        Attribute.of("axis", 0))));
        String tokens = graph.node("Concat", List.of(classTokens, rows), Attribute.of("axis", 1));
        String placed =
                graph.node(
                        "Add",
                        List.of(
                                tokens,
                                graph.weight(
                                        TOWER + "embeddings.position_embedding.weight",
                                        positions(),
                                        width)));
        return norm(reshape(placed, graph.constant(-1, width)), TOWER + "pre_layrnorm");
    }

    /** Hidden states from the embedding (0) to the last layer that is needed. */
    private List<String> hiddenStates(String embedding) {
        int needed =
                config.visionFeatureLayers().stream().mapToInt(this::layer).max().orElseThrow();
        List<String> states = new ArrayList<>(List.of(embedding));
        for (int layer = 0; layer < needed; layer++) {
            states.add(encoderLayer(states.get(layer), TOWER + "encoder.layers." + layer + "."));
        }
        return states;
    }

    private int layer(int feature) {
        int layer = feature < 0 ? vision.layers() + 1 + feature : feature;
        if (layer < 0 || layer > vision.layers()) {
            throw LlavaException.model(
                    "config.json: vision_feature_layer is "
                            + feature
                            + ", but the vision tower has "
                            + vision.layers()
                            + " layers");
        }
        return layer;
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
            queryKeyValue.add(
                    reshape(graph.linear(x, attention + name, width, width, true), sequences));
        }
        String mixed =
                graph.contrib(
                        "MultiHeadAttention",
                        queryKeyValue,
                        Attribute.of("num_heads", vision.heads()));
        String rows = reshape(mixed, graph.constant(-1, width));
        return graph.linear(rows, attention + "out_proj", width, width, true);
    }

    private String mlp(String x, String prefix) {
        long width = vision.hiddenSize();
        long inner = vision.intermediateSize();
        String up = graph.linear(x, prefix + "fc1", inner, width, true);
        String active = Activation.apply(graph, vision.hiddenAct(), up);
        return graph.linear(active, prefix + "fc2", width, inner, true);
    }

    /** The configured layers side by side, with or without the class token, as rows. */
    private String select(List<String> states) {
        List<String> chosen =
                config.visionFeatureLayers().stream()
                        .map(feature -> states.get(layer(feature)))
                        .toList();
        String features =
                chosen.size() == 1
                        ? chosen.get(0)
                        : graph.node("Concat", chosen, Attribute.of("axis", 1));
        if (config.select() == FeatureSelect.FULL) {
            return features;
        }
        long width = (long) vision.hiddenSize() * chosen.size();
        String images = reshape(features, graph.constant(-1, positions(), width));
        String patches =
                graph.node(
                        "Slice",
                        List.of(
                                images,
                                graph.constant(1),
                                graph.constant(positions()),
                                graph.constant(1)));
        return reshape(patches, graph.constant(-1, width));
    }

    private String project(String features) {
        long in = (long) vision.hiddenSize() * config.visionFeatureLayers().size();
        long out = config.text().hiddenSize();
        String prefix = "multi_modal_projector.linear_";
        String first = graph.linear(features, prefix + "1", out, in, config.projectorBias());
        String active = Activation.apply(graph, config.projectorHiddenAct(), first);
        return graph.linear(active, prefix + "2", out, out, config.projectorBias());
    }

    private String norm(String x, String prefix) {
        long width = vision.hiddenSize();
        return graph.node(
                "LayerNormalization",
                List.of(
                        x,
                        graph.weight(prefix + ".weight", width),
                        graph.weight(prefix + ".bias", width)),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", vision.layerNormEps()));
    }

    private String reshape(String x, String shape) {
        return graph.node("Reshape", List.of(x, shape));
    }
}
