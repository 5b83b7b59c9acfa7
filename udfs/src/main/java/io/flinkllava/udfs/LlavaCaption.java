package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Describes pictures: {@code llava_caption(image [, prompt [, model]])}. For {@code CREATE
 * FUNCTION}; the job's parameters that begin with {@code llava.} name the model.
 */
public final class LlavaCaption extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaCaption() {
        super(Call.CAPTION);
    }
}
