package io.flinkllava.testing.cluster;

/** A statement has failed; the message is what the SQL gateway says. */
public final class SqlFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    SqlFailure(String message, Throwable cause) {
        super(message, cause);
    }
}
