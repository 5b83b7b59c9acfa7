package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;

import java.util.Set;

/**
 * What became of a record.
 *
 * @param model name of the model that answered, or should have
 * @param modelVersion fingerprint of its checkpoint
 * @param remembered whether it was the outcome of an equal request before
 * @param gone references that lead to no picture
 */
record Outcome(
        LlavaAnswer answer,
        String model,
        String modelVersion,
        boolean remembered,
        Set<String> gone) {

    /** What came of this very request, and pictures had no part in. */
    Outcome(LlavaAnswer answer, String model, String modelVersion) {
        this(answer, model, modelVersion, false, Set.of());
    }
}
