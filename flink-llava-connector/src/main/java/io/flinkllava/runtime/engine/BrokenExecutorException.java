package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

/**
 * No later step of this executor can succeed: its device is lost, say. The engine stops, all its
 * requests fail with this, and the model is to be opened anew.
 */
public final class BrokenExecutorException extends LlavaException {

    private static final long serialVersionUID = 1L;

    public BrokenExecutorException(LlavaErrorCode code, String message, Throwable cause) {
        super(code, message, cause);
    }
}
