package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;

/**
 * Vectors on the device, {@code [count, width]}.
 *
 * <p>Used by one thread.
 */
final class DeviceVectors extends SharedFeatures {

    private final DeviceContext context;
    private final ElementType type;
    private final int count;
    private final int width;
    private final Pointer memory;

    /** Takes the memory, without clearing it, for one holder. */
    DeviceVectors(DeviceContext context, ElementType type, int count, int width) {
        this.context = context;
        this.type = type;
        this.count = count;
        this.width = width;
        this.memory = context.allocate(type.bytes(count, width));
    }

    int count() {
        return count;
    }

    /** Some of the vectors, {@code [count, width]}; the caller closes the tensor. */
    TensorView tensor(int first, int some) {
        return context.deviceTensor(memory.share(type.bytes(first, width)), type, some, width);
    }

    @Override
    long bytes() {
        return type.bytes(count, width);
    }

    @Override
    void free() {
        context.free(memory);
    }
}
