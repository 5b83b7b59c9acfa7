package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.util.concurrent.CancellationException;

/** What an exception means for the picture that it cost. */
final class LlavaFailures {

    private LlavaFailures() {}

    static LlavaException of(Throwable problem, String uri) {
        if (problem instanceof LlavaException known) {
            return known;
        }
        // Messages of I/O libraries may quote whole URIs, so only the kind is passed on.
        String what = problem.getClass().getSimpleName();
        if (problem instanceof IOException) {
            return new LlavaException(
                    LlavaErrorCode.UNAVAILABLE,
                    ShownUri.of(uri) + " could not be read (" + what + ").",
                    problem);
        }
        if (problem instanceof OutOfMemoryError) {
            return new LlavaException(
                    LlavaErrorCode.CAPACITY,
                    "No memory to read " + ShownUri.of(uri) + ": lower max-bytes.",
                    problem);
        }
        return new LlavaException(
                LlavaErrorCode.INTERNAL,
                ShownUri.of(uri) + " could not be read (" + what + ").",
                problem);
    }

    /** The failure that a future ended with. */
    static LlavaException of(Exception end) {
        if (end.getCause() instanceof LlavaException known) {
            return known;
        }
        String why = end instanceof CancellationException ? "was cancelled" : "failed";
        return new LlavaException(
                LlavaErrorCode.UNAVAILABLE, "The reading of a picture " + why + ".", end);
    }
}
