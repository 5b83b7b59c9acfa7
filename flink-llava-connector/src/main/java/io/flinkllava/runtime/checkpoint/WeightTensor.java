package io.flinkllava.runtime.checkpoint;

import java.io.IOException;
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

    /** The file itself, where {@link #file} is a link, as in the cache of the Hugging Face hub. */
    public Path realFile() {
        try {
            return file.toRealPath();
        } catch (IOException e) {
            // It is read later, and then this is an error with a name.
            return file;
        }
    }
}
