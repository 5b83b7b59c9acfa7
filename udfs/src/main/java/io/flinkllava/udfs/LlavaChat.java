package io.flinkllava.udfs;

import io.flinkllava.udfs.function.Call;
import io.flinkllava.udfs.function.TextFunction;

/**
 * Goes on with a conversation: {@code llava_chat(image, turns [, model])}. For {@code CREATE
 * FUNCTION}; the job's parameters that begin with {@code llava.} name the model.
 */
public final class LlavaChat extends TextFunction {

    private static final long serialVersionUID = 1L;

    public LlavaChat() {
        super(Call.CHAT);
    }
}
