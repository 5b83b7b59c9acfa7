package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.WeightTensor;

import java.util.List;
import java.util.stream.Stream;

/** Which tensors of a checkpoint its graphs multiply with. */
public final class LinearLayers {

    private LinearLayers() {}

    /** The matrices {@code [out, in]} of all linear layers, each once. */
    public static List<WeightTensor> of(Checkpoint checkpoint) {
        return Stream.of(
                        VisionGraph.write(checkpoint, ComputeType.FLOAT32),
                        DecoderGraph.write(checkpoint, ComputeType.FLOAT32, 1))
                .flatMap(graph -> graph.matrices().stream())
                .distinct()
                .toList();
    }
}
