package io.flinkllava.udfs.request;

import io.flinkllava.runtime.LlavaAnswer;

import java.time.Duration;

/**
 * What became of a row's request.
 *
 * @param modelVersion name and fingerprint of the checkpoint
 * @param took from the row's arrival to its answer
 */
public record Reply(LlavaAnswer answer, String modelVersion, Duration took) {}
