package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Answers a question with named arguments: {@code llava_ask_images(images => ..., question =>
 * ...)}. For {@code CREATE FUNCTION}; the job's parameters that begin with {@code llava.} name the
 * model.
 */
public final class LlavaAskImages extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaAskImages() {
        super(Call.ASK_IMAGES);
    }
}
