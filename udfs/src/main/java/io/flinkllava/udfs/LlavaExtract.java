package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Answers in JSON: {@code llava_extract(image, prompt, json_schema [, model])}. For {@code CREATE
 * FUNCTION}; the job's parameters that begin with {@code llava.} name the model.
 */
public final class LlavaExtract extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaExtract() {
        super(Call.EXTRACT);
    }
}
