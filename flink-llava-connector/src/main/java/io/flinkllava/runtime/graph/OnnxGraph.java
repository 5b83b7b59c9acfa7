package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.WeightTensor;

import java.util.List;

/**
 * An ONNX model without its weights.
 *
 * @param model a serialized {@code ModelProto}
 * @param weights the external initializers it names; each is given to the session under {@link
 *     WeightTensor#name()}
 */
public record OnnxGraph(com.google.protobuf.ByteString model, List<WeightTensor> weights) {

    public OnnxGraph {
        weights = List.copyOf(weights);
    }
}
