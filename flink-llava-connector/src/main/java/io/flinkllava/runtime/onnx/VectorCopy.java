package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.graph.CopyGraph;

/** Copies vectors within the device. */
final class VectorCopy implements AutoCloseable {

    private final OnnxSession session;
    private final Binding binding;

    VectorCopy(DeviceContext context, OnnxSession session) {
        this.session = session;
        this.binding = new Binding(context, session);
    }

    /**
     * Copies.
     *
     * @param from {@code [count, hidden]}
     * @param to of the same shape, written to
     */
    void copy(TensorView from, TensorView to) {
        binding.input(CopyGraph.FROM, from);
        binding.output(CopyGraph.TO, to);
        binding.run();
    }

    @Override
    public void close() {
        binding.close();
        session.close();
    }
}
