package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.ProjectorConfig;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.graph.GraphWriter.Element;

import java.util.List;

/**
 * The vision tower and the projector: {@code pixel_values [tiles, 3, side, side]} to {@code
 * image_features [tiles * features, hidden]} of the language model.
 *
 * <p>Implements {@code LlavaMultiModalProjector}, {@code VipLlavaMultiModalProjector} and {@code
 * LlavaNextVideoPooler} of Hugging Face transformers. Layers above the last one that feeds the
 * projector are not written at all.
 */
public final class VisionGraph {

    /** Input, {@code [tiles, 3, side, side]}, float32. */
    public static final String PIXEL_VALUES = "pixel_values";

    /**
     * Input of families that pool in front of the projector, {@code [pooled features, n]}, int64:
     * which features become one. With {@code n = 1} nothing is pooled.
     */
    public static final String POOL_INDEXES = "pool_indexes";

    /** Output, {@code [features, hidden]} in the compute type. */
    public static final String IMAGE_FEATURES = "image_features";

    private final GraphWriter graph;
    private final ComputeType compute;
    private final LlavaConfig config;
    private final VisionConfig vision;

    private VisionGraph(Checkpoint checkpoint, ComputeType compute) {
        this.config = checkpoint.config();
        this.vision = config.vision();
        this.compute = compute;
        this.graph = new GraphWriter("vision", checkpoint.weights(), inner(compute));
    }

    public static OnnxGraph write(Checkpoint checkpoint, ComputeType compute) {
        return new VisionGraph(checkpoint, compute).write();
    }

    /**
     * What the tower computes in: towers were published in float16, and on CUDA ONNX Runtime
     * convolves in no bfloat16.
     */
    private static ComputeType inner(ComputeType compute) {
        return compute == ComputeType.BFLOAT16 ? ComputeType.FLOAT16 : compute;
    }

    /** Whether the graph has the input {@link #POOL_INDEXES}. */
    public static boolean pools(LlavaConfig config) {
        return config.video().filter(video -> video.pooling() != Pooling.BILINEAR).isPresent();
    }

    private OnnxGraph write() {
        String pixels =
                graph.input(
                        PIXEL_VALUES,
                        Element.FLOAT32,
                        "tiles",
                        vision.channels(),
                        vision.imageSize(),
                        vision.imageSize());
        int layers =
                config.visionFeatureLayers().stream().mapToInt(this::layer).max().orElseThrow();
        List<String> states =
                new VisionTowerLayers(graph, vision).write(graph.toComputeType(pixels), layers);
        String selected = select(states);
        String features = project(pools(config) ? pool(selected) : selected);
        Object[] shape = {"features", config.text().hiddenSize()};
        if (compute == ComputeType.BFLOAT16) {
            String converted = graph.toElement(features, Element.BFLOAT16);
            graph.output(IMAGE_FEATURES, converted, Element.BFLOAT16, shape);
        } else {
            graph.output(IMAGE_FEATURES, features, Element.COMPUTE, shape);
        }
        return graph.build();
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
        String tiles = graph.reshape(features, graph.constant(-1, vision.positions(), width()));
        String patches =
                graph.node(
                        "Slice",
                        List.of(
                                tiles,
                                graph.constant(1),
                                graph.constant(vision.positions()),
                                graph.constant(1)));
        return graph.reshape(patches, graph.constant(-1, width()));
    }

    /** Width of what goes into the projector. */
    private long width() {
        return (long) vision.hiddenSize() * config.visionFeatureLayers().size();
    }

    private String pool(String features) {
        graph.input(POOL_INDEXES, Element.INT64, "pooled", "n");
        String squares = graph.node("Gather", List.of(features, POOL_INDEXES));
        boolean average = config.video().orElseThrow().pooling() == Pooling.AVERAGE;
        return graph.node(
                average ? "ReduceMean" : "ReduceMax",
                List.of(squares, graph.constant(1)),
                Attribute.of("keepdims", 0));
    }

    private String project(String features) {
        ProjectorConfig projector = config.projector();
        String prefix = "multi_modal_projector.";
        String x =
                projector.inputNormEps().isPresent()
                        ? graph.layerNorm(
                                features,
                                prefix + "projector_layernorm",
                                width(),
                                (float) projector.inputNormEps().getAsDouble())
                        : features;
        long in = width();
        long out = config.text().hiddenSize();
        for (int layer = 1; layer <= projector.layers(); layer++) {
            x = graph.linear(x, prefix + "linear_" + layer, out, in, projector.bias());
            if (layer < projector.layers()) {
                x = Activation.apply(graph, projector.hiddenAct(), x);
            }
            in = out;
        }
        return x;
    }
}
