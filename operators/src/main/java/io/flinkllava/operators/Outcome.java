package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaAnswer;

/**
 * What became of a record.
 *
 * @param model name of the model that answered, or should have
 * @param modelVersion fingerprint of its checkpoint
 */
record Outcome(LlavaAnswer answer, String model, String modelVersion) {}
