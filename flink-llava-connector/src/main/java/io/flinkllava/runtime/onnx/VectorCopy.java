package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;
import io.flinkllava.runtime.graph.CopyGraph;

/** Copies vectors within the device. */
final class VectorCopy implements AutoCloseable {

    private final DeviceContext context;
    private final OnnxSession session;
    private final Binding binding;

    VectorCopy(DeviceContext context, OnnxSession session) {
        this.context = context;
        this.session = session;
        this.binding = new Binding(context, session);
    }

    /**
     * Copies.
     *
     * @param from {@code [count, hidden]}, taken over
     * @param to of the same shape, written to, taken over
     */
    void copy(Pointer from, Pointer to) {
        try {
            binding.input(CopyGraph.FROM, from);
            binding.output(CopyGraph.TO, to);
            binding.run();
        } finally {
            context.release(from);
            context.release(to);
        }
    }

    @Override
    public void close() {
        binding.close();
        session.close();
    }
}
