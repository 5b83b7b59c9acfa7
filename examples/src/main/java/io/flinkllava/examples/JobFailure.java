package io.flinkllava.examples;

import org.apache.flink.util.ExceptionUtils;

import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.util.Optional;

/** What a person should read of a failed job: Flink wraps the cause many times. */
final class JobFailure {

    private JobFailure() {}

    /** One line: the message of what went wrong first. */
    static String line(Throwable failure) {
        Optional<LlavaException> known =
                ExceptionUtils.findThrowable(failure, LlavaException.class);
        Throwable cause = known.isPresent() ? known.get() : rootOf(failure);
        String message = cause.getMessage();
        boolean speaks = known.isPresent();
        String text = message == null || message.isBlank() ? "no message" : message.strip();
        return (speaks ? text : cause.getClass().getSimpleName() + ": " + text)
                .replaceAll("\\s*\\R\\s*", " ");
    }

    private static Throwable rootOf(Throwable failure) {
        Throwable cause = failure;
        // An IOException names the file; what is below it often does not.
        while (cause.getCause() != null && !(cause instanceof IOException)) {
            cause = cause.getCause();
        }
        return cause;
    }
}
