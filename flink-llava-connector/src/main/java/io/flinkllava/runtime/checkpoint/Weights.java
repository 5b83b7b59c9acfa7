package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/**
 * The tensors of a checkpoint under canonical names, whichever naming scheme the files use: {@code
 * vision_tower.vision_model.*}, {@code multi_modal_projector.*}, {@code language_model.model.*} and
 * {@code language_model.lm_head.weight}, as transformers 4 wrote them.
 *
 * <p>Thread-safe. {@link #map} maps the file read-only; the pages live as long as the buffer is
 * reachable.
 */
public non-sealed interface Weights extends ModelSource {

    /**
     * Describes a tensor.
     *
     * @throws LlavaException if there is no such tensor; the message names it and the files that
     *     were searched
     */
    WeightTensor get(String name);

    /**
     * Describes a tensor that must have a shape.
     *
     * @throws LlavaException as {@link #get}, and if the shape is another; the message names
     *     tensor, file, expected and actual shape
     */
    default WeightTensor require(String name, long... shape) {
        WeightTensor tensor = get(name);
        List<Long> expected = Arrays.stream(shape).boxed().toList();
        if (!tensor.shape().equals(expected)) {
            throw LlavaException.model(
                    tensor.file()
                            + ": tensor '"
                            + name
                            + "' has shape "
                            + tensor.shape()
                            + ", by config.json it must be "
                            + expected
                            + ". Check that config.json and the weights are of one model");
        }
        return tensor;
    }

    boolean contains(String name);

    /** Whether a tensor fits into a buffer; a larger one is read from its file. */
    default boolean canMap(WeightTensor tensor) {
        return tensor.bytes() <= Integer.MAX_VALUE;
    }

    /** The little-endian bytes of a tensor that {@link #canMap} allows, mapped, not copied. */
    ByteBuffer map(WeightTensor tensor);
}
