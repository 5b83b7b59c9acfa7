package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Chooses one of several texts: {@code llava_choose(image, question, choices [, model])}. For
 * {@code CREATE FUNCTION}; the job's parameters that begin with {@code llava.} name the model.
 */
public final class LlavaChoose extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaChoose() {
        super(Call.CHOOSE);
    }
}
