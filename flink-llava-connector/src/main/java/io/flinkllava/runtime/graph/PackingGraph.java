package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.VideoLayout;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;
import io.flinkllava.runtime.graph.GraphWriter.Element;
import io.flinkllava.runtime.image.FeaturePacking;

import java.util.List;

/**
 * Features of tiles to tokens: {@code image_features [features, hidden]} to {@code tokens [tokens,
 * hidden]}, each token one vector, a weighted sum of a few, or the newline vector.
 *
 * <p>Implements {@code pack_image_features} of Hugging Face transformers ({@code
 * modeling_llava_next.py}, {@code modeling_llava_onevision.py}) once {@link FeaturePacking} has
 * turned it into indexes and weights.
 */
public final class PackingGraph {

    /** Input, {@code [features, hidden]} in the compute type. */
    public static final String IMAGE_FEATURES = VisionGraph.IMAGE_FEATURES;

    /** Input, {@code [tokens, taps]}, int64; the number of features stands for the newline. */
    public static final String INDEXES = "indexes";

    /** Input where there is more than one tap, {@code [tokens, taps]}, float32. */
    public static final String WEIGHTS = "weights";

    /** Output, {@code [tokens, hidden]} in the compute type. */
    public static final String TOKENS = "tokens";

    private PackingGraph() {}

    /** Whether a model has tiles to pack at all. */
    public static boolean isNeeded(LlavaConfig config) {
        return config.images() instanceof Anyres;
    }

    /** Vectors that a token blends: 1 where the family scales nothing. */
    public static int taps(LlavaConfig config) {
        boolean scalesImages =
                config.images() instanceof Anyres anyres && anyres.maxTiles().isPresent();
        boolean scalesVideo =
                config.video()
                        .map(VideoLayout::pooling)
                        .filter(Pooling.BILINEAR::equals)
                        .isPresent();
        return scalesImages || scalesVideo ? FeaturePacking.TAPS : 1;
    }

    public static OnnxGraph write(Checkpoint checkpoint, ComputeType compute) {
        int hidden = checkpoint.config().text().hiddenSize();
        int taps = taps(checkpoint.config());
        GraphWriter graph = new GraphWriter("packing", checkpoint.weights(), compute);
        graph.input(IMAGE_FEATURES, Element.COMPUTE, "features", hidden);
        graph.input(INDEXES, Element.INT64, "tokens", taps);
        String newline =
                graph.reshape(graph.weight("image_newline", hidden), graph.constant(1, hidden));
        String vectors =
                graph.node("Concat", List.of(IMAGE_FEATURES, newline), Attribute.of("axis", 0));
        String tokens =
                taps == 1
                        ? graph.node("Gather", List.of(vectors, column(graph, INDEXES, 0, -1)))
                        : blend(graph, vectors, taps);
        graph.output(TOKENS, tokens, Element.COMPUTE, "tokens", hidden);
        return graph.build();
    }

    /** One tap after the other: all at once would take the memory of all. */
    private static String blend(GraphWriter graph, String vectors, int taps) {
        graph.input(WEIGHTS, Element.FLOAT32, "tokens", taps);
        String weights = graph.toComputeType(WEIGHTS);
        String sum = null;
        for (int tap = 0; tap < taps; tap++) {
            String chosen = graph.node("Gather", List.of(vectors, column(graph, INDEXES, tap, -1)));
            String part = graph.node("Mul", List.of(chosen, column(graph, weights, tap, -1, 1)));
            sum = sum == null ? part : graph.node("Add", List.of(sum, part));
        }
        return sum;
    }

    private static String column(GraphWriter graph, String matrix, int column, long... shape) {
        String slice =
                graph.node(
                        "Slice",
                        List.of(
                                matrix,
                                graph.constant(column),
                                graph.constant(column + 1L),
                                graph.constant(1)));
        return graph.reshape(slice, graph.constant(shape));
    }
}
