package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;

/**
 * Device memory for feature vectors, {@code [capacity, width]}, that grows to what was asked most.
 */
final class DeviceBuffer implements AutoCloseable {

    private final DeviceContext context;
    private final ElementType type;
    private final int width;
    private Pointer memory;
    private int capacity;

    DeviceBuffer(DeviceContext context, ElementType type, int width) {
        this.context = context;
        this.type = type;
        this.width = width;
    }

    /** At least so many vectors; former contents are lost if that is more than ever. */
    void reserve(int vectors) {
        if (vectors > capacity) {
            close();
            memory = context.allocate(type.bytes(vectors, width));
            capacity = vectors;
        }
    }

    /** Some of the vectors, {@code [count, width]}; the caller releases the tensor. */
    Pointer tensor(int first, int count) {
        return context.deviceTensor(memory.share(type.bytes(first, width)), type, count, width);
    }

    @Override
    public void close() {
        if (memory != null) {
            context.free(memory);
            memory = null;
            capacity = 0;
        }
    }
}
