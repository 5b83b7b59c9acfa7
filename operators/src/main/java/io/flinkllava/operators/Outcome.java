package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;

import java.util.Set;

/**
 * What became of a record.
 *
 * @param model name of the model that answered, or should have
 * @param modelVersion fingerprint of its checkpoint
 * @param remembered whether it was the outcome of an equal request before
 * @param unread references of the pictures that could not be read
 */
record Outcome(
        LlavaAnswer answer,
        String model,
        String modelVersion,
        boolean remembered,
        Set<String> unread) {

    /** What a model said, or failed to say, to this very request. */
    Outcome(LlavaAnswer answer, String model, String modelVersion) {
        this(answer, model, modelVersion, false, Set.of());
    }
}
