package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;

import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * Turns a record into an answer, whatever happens: an exception in the job's own function is a
 * failure of that record, not of the job. Errors of the JVM are left alone.
 */
final class RequestSubmitter<T> {

    /** An exception's message may quote the record; a picture in it must not reach the answer. */
    private static final int LONGEST_MESSAGE = 500;

    private final SerializableFunction<T, LlavaRequest> extractor;
    private final LlavaModel model;

    RequestSubmitter(SerializableFunction<T, LlavaRequest> extractor, LlavaModel model) {
        this.extractor = extractor;
        this.model = model;
    }

    /** Asks the model; never throws an exception, but the future may be cancelled. */
    CompletableFuture<LlavaAnswer> submit(T value) {
        LlavaRequest request;
        try {
            request = RequestExtractor.present(extractor.apply(value), "request");
        } catch (Exception e) {
            return CompletableFuture.completedFuture(failure(e, LlavaErrorCode.INPUT));
        }
        try {
            return model.submit(request);
        } catch (Exception e) {
            return CompletableFuture.completedFuture(failure(e, LlavaErrorCode.INTERNAL));
        }
    }

    /** The failure that an exception stands for, with this code if it has none of its own. */
    static LlavaAnswer.Failure failure(Throwable problem, LlavaErrorCode otherwise) {
        if (problem instanceof LlavaException known) {
            return new LlavaAnswer.Failure(
                    known.code(), shortened(String.valueOf(known.getMessage())));
        }
        // The wrapper only repeats its cause.
        Throwable cause = problem instanceof UncheckedIOException ? problem.getCause() : problem;
        return new LlavaAnswer.Failure(
                otherwise, shortened(cause.getClass().getSimpleName() + ": " + cause.getMessage()));
    }

    private static String shortened(String message) {
        return message.length() <= LONGEST_MESSAGE
                ? message
                : message.substring(0, LONGEST_MESSAGE) + "...";
    }
}
