package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TryFunction;

/**
 * Answers a question with a row that tells of errors: {@code llava_try_ask(image, question [,
 * model])}. For {@code CREATE FUNCTION}; the job's parameters that begin with {@code llava.} name
 * the model.
 */
public final class LlavaTryAsk extends TryFunction {

    private static final long serialVersionUID = 1L;

    public LlavaTryAsk() {
        super(Call.TRY_ASK);
    }
}
