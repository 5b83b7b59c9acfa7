package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * The tensors that a session reads and writes when it runs. What is bound stays bound, so a step
 * rebinds only what has changed.
 *
 * <p>Owns the tensors that it makes over host buffers; device tensors belong to whoever bound them.
 */
final class Binding implements AutoCloseable {

    private final DeviceContext context;
    private final Pointer session;
    private final Pointer binding;
    private final Map<String, Pointer> hostTensors = new HashMap<>();

    Binding(DeviceContext context, OnnxSession session) {
        this.context = context;
        this.session = session.handle();
        this.binding = context.api().createBinding(this.session);
    }

    /** Binds a device tensor, which must stay open as long as this. */
    void input(String name, Pointer tensor) {
        context.api().bindInput(binding, context.name(name), tensor);
    }

    /** Binds a device tensor, which must stay open as long as this. */
    void output(String name, Pointer tensor) {
        context.api().bindOutput(binding, context.name(name), tensor);
    }

    /** Binds what a direct buffer holds now; on another device it is copied at once. */
    void input(String name, ByteBuffer memory, ElementType type, long... shape) {
        Pointer tensor = context.hostTensor(memory, type, shape);
        input(name, tensor);
        replace(name, tensor);
    }

    /** Has an output written to a direct buffer. */
    void output(String name, ByteBuffer memory, ElementType type, long... shape) {
        Pointer tensor = context.hostTensor(memory, type, shape);
        output(name, tensor);
        replace(name, tensor);
    }

    void run() {
        context.api().run(session, binding);
    }

    private void replace(String name, Pointer tensor) {
        Pointer former = hostTensors.put(name, tensor);
        if (former != null) {
            context.release(former);
        }
    }

    @Override
    public void close() {
        context.api().releaseBinding(binding);
        hostTensors.values().forEach(context::release);
        hostTensors.clear();
    }
}
