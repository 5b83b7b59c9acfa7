package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.graph.GraphWriter.Element;

/**
 * Copies vectors from one place of the device to another: {@code from [count, hidden]} to {@code to
 * [count, hidden]}. A graph, so that it is the same on every device.
 */
public final class CopyGraph {

    /** Input, {@code [count, hidden]} in the compute type. */
    public static final String FROM = "from";

    /** Output, of the same shape and type. */
    public static final String TO = "to";

    private CopyGraph() {}

    public static OnnxGraph write(Checkpoint checkpoint, ComputeType compute) {
        int hidden = checkpoint.config().text().hiddenSize();
        GraphWriter graph = new GraphWriter("copy", checkpoint.weights(), compute);
        graph.output(
                TO,
                graph.input(FROM, Element.COMPUTE, "count", hidden),
                Element.COMPUTE,
                "count",
                hidden);
        return graph.build();
    }
}
