package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;

/** A native tensor over memory that stays somebody else's; closing it leaves that alone. */
record TensorView(DeviceContext context, Pointer value) implements AutoCloseable {

    @Override
    public void close() {
        context.release(this);
    }
}
