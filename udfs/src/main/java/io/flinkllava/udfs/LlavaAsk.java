package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Answers a question: {@code llava_ask(image, question [, model])}. For {@code CREATE FUNCTION};
 * the job's parameters that begin with {@code llava.} name the model.
 */
public final class LlavaAsk extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaAsk() {
        super(Call.ASK);
    }
}
