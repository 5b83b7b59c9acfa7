package io.flinkllava.udfs.image;

/** What becomes of a file that is no picture, a broken one, or one beyond the limits. */
public enum OnError {
    /** A row without content; its {@code error} column says why. */
    NULL,
    /** No row. */
    SKIP,
    /** The job fails. */
    FAIL
}
