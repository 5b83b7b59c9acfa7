package io.flinkllava.udfs.request;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.time.Duration;

/**
 * What became of a row's request.
 *
 * @param modelVersion name and fingerprint of the checkpoint
 * @param took from the row's arrival to its answer
 */
public record Reply(LlavaAnswer answer, String modelVersion, Duration took) {

    /** The same with a failure in place of the answer. */
    public Reply failed(LlavaErrorCode code, String message) {
        return new Reply(new LlavaAnswer.Failure(code, message), modelVersion, took);
    }
}
