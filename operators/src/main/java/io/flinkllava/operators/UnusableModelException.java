package io.flinkllava.operators;

import org.apache.flink.runtime.throwable.ThrowableAnnotation;
import org.apache.flink.runtime.throwable.ThrowableType;

import io.flinkllava.runtime.LlavaException;

/**
 * The model of a job that just started cannot be opened. Flink does not restart a job for it: a
 * wrong folder stays wrong, and a person should see the message instead of a job that restarts for
 * ever.
 */
@ThrowableAnnotation(ThrowableType.NonRecoverableError)
final class UnusableModelException extends LlavaException {

    private static final long serialVersionUID = 1L;

    UnusableModelException(LlavaException cause) {
        super(cause.code(), cause.getMessage(), cause);
    }
}
