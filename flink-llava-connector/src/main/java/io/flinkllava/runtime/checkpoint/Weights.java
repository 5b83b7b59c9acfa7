package io.flinkllava.runtime.checkpoint;

import java.nio.ByteBuffer;

/**
 * The tensors of a checkpoint under canonical names, whichever naming scheme the files use: {@code
 * vision_tower.*}, {@code multi_modal_projector.*}, {@code language_model.model.*} and {@code
 * language_model.lm_head.weight}, as transformers 4 wrote them.
 *
 * <p>Thread-safe. {@link #map} maps the file read-only; the pages live as long as the buffer is
 * reachable.
 */
public interface Weights {

    /**
     * Describes a tensor.
     *
     * @throws io.flinkllava.runtime.LlavaException if there is no such tensor; the message names it
     *     and the files that were searched
     */
    WeightTensor get(String name);

    boolean contains(String name);

    /** The little-endian bytes of a tensor of at most 2 GiB, mapped, not copied. */
    ByteBuffer map(WeightTensor tensor);
}
