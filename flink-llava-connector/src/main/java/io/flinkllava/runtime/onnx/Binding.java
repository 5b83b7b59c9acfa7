package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The tensors that a session reads and writes when it runs. What is bound stays bound, so a step
 * rebinds only what has changed.
 *
 * <p>Owns the tensors that it makes over host buffers; device tensors belong to whoever bound them,
 * unless they were given to {@link #keep}.
 */
final class Binding implements AutoCloseable {

    private final DeviceContext context;
    private final Pointer session;
    private final Pointer binding;
    private final Map<String, TensorView> hostTensors = new HashMap<>();
    private final List<TensorView> kept = new ArrayList<>();

    Binding(DeviceContext context, OnnxSession session) {
        this.context = context;
        this.session = session.handle();
        this.binding = context.api().createBinding(this.session);
    }

    /** Binds a device tensor, which must stay open as long as this. */
    void input(String name, TensorView tensor) {
        context.api().bindInput(binding, context.name(name), tensor.value());
    }

    /** Binds a device tensor, which must stay open as long as this. */
    void output(String name, TensorView tensor) {
        context.api().bindOutput(binding, context.name(name), tensor.value());
    }

    /** Takes over a device tensor, so that it stays open as long as this. */
    TensorView keep(TensorView tensor) {
        kept.add(tensor);
        return tensor;
    }

    /** Binds what a direct buffer holds now; on another device it is copied at once. */
    void input(String name, ByteBuffer memory, ElementType type, long... shape) {
        input(name, replaced(name, context.hostTensor(memory, type, shape)));
        context.copiedIn(type.bytes(shape));
    }

    /** Has an output written to a direct buffer. */
    void output(String name, ByteBuffer memory, ElementType type, long... shape) {
        output(name, replaced(name, context.hostTensor(memory, type, shape)));
    }

    void run() {
        context.api().run(session, binding);
    }

    /** The tensor is owned before it is bound, since that may fail. */
    private TensorView replaced(String name, TensorView tensor) {
        TensorView former = hostTensors.put(name, tensor);
        if (former != null) {
            former.close();
        }
        return tensor;
    }

    @Override
    public void close() {
        context.api().releaseBinding(binding);
        hostTensors.values().forEach(TensorView::close);
        hostTensors.clear();
        kept.forEach(TensorView::close);
        kept.clear();
    }
}
