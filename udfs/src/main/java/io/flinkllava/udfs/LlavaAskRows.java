package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.RowsFunction;

/**
 * Answers a question with many rows in flight: {@code LATERAL TABLE(llava_ask_rows(image, question
 * [, model]))}. For {@code CREATE FUNCTION}; the job's parameters that begin with {@code llava.}
 * name the model.
 */
public final class LlavaAskRows extends RowsFunction {

    private static final long serialVersionUID = 1L;

    public LlavaAskRows() {
        super(Call.ASK_ROWS);
    }
}
