package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.WeightTensor;

import java.util.List;

/**
 * An ONNX model without its weights.
 *
 * @param model a serialized {@code ModelProto}
 * @param weights the external initializers it names, each with its place in a file; the session
 *     gets those that fit into a buffer under {@link WeightTensor#name()}
 * @param matrices which of them a linear layer multiplies with, {@code [out, in]}
 */
public record OnnxGraph(
        com.google.protobuf.ByteString model,
        List<WeightTensor> weights,
        List<WeightTensor> matrices) {

    public OnnxGraph {
        weights = List.copyOf(weights);
        matrices = List.copyOf(matrices);
    }
}
