package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.nio.FloatBuffer;

/** How a step scored the next token of its rows. */
public interface StepScores {

    /**
     * The token with the highest score, the lowest id among equals; chosen on the device.
     *
     * @throws LlavaException as {@link #notFinite} if a score is not finite
     */
    int best(int index);

    /** All scores, {@code [vocabulary]}; only where the step was told that they will be wanted. */
    FloatBuffer logits(int index);

    /** What is wrong with scores that are infinite or no numbers, for one input maybe. */
    static LlavaException notFinite() {
        return new LlavaException(
                LlavaErrorCode.INTERNAL,
                "The model's scores are not finite, so its numbers overflowed: use dtype=bfloat16"
                        + " or float32 if it runs in float16, and check the weights otherwise",
                null);
    }
}
