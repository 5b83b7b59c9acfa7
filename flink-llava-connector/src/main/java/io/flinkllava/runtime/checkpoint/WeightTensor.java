package io.flinkllava.runtime.checkpoint;

import java.nio.file.Path;
import java.util.List;

/**
 * One tensor of a checkpoint, described, not loaded.
 *
 * @param name canonical name, see {@link Weights}
 * @param shape sizes of its axes, outermost first
 * @param file the safetensors file that holds it
 * @param offset of its first byte in that file
 */
public record WeightTensor(String name, Dtype dtype, List<Long> shape, Path file, long offset) {

    public WeightTensor {
        shape = List.copyOf(shape);
    }

    public long elements() {
        return shape.stream().reduce(1L, Math::multiplyExact);
    }

    /** Length in the file in bytes. */
    public long bytes() {
        return elements() * dtype.bytes();
    }
}
