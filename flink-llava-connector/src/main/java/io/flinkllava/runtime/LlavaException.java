package io.flinkllava.runtime;

import java.util.Objects;

/** A failure with a {@link LlavaErrorCode} and a message that a person can act on. */
public class LlavaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final LlavaErrorCode code;

    public LlavaException(LlavaErrorCode code, String message) {
        this(code, message, null);
    }

    public LlavaException(LlavaErrorCode code, String message, Throwable cause) {
        super(message, cause);
        this.code = Objects.requireNonNull(code, "code");
    }

    /** The request is at fault. */
    public static LlavaException input(String message) {
        return new LlavaException(LlavaErrorCode.INPUT, message);
    }

    /** The checkpoint folder is at fault. */
    public static LlavaException model(String message) {
        return new LlavaException(LlavaErrorCode.MODEL, message);
    }

    /**
     * The queue of a model is full, and the request was not looked at.
     *
     * @see LlavaAnswer.Failure#isQueueFull
     */
    public static LlavaException queueIsFull() {
        return new LlavaException(
                LlavaErrorCode.CAPACITY,
                "Too many requests are waiting already ("
                        + RequestLimits.MAX_QUEUED_REQUESTS
                        + "): send fewer at once, or try again later");
    }

    public LlavaErrorCode code() {
        return code;
    }
}
