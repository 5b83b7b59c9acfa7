package io.flinkllava.runtime.engine;

import java.nio.FloatBuffer;

/** How a step scored the next token of its rows. */
public interface StepScores {

    /** The token with the highest score, the lowest id among equals; chosen on the device. */
    int best(int index);

    /** All scores, {@code [vocabulary]}; only where the step was told that they will be wanted. */
    FloatBuffer logits(int index);
}
