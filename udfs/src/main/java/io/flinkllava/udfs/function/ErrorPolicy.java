package io.flinkllava.udfs.function;

/** What a scalar function makes of a row that fails; {@code LLAVA_TRY_ASK} tells in any case. */
public enum ErrorPolicy {
    /** NULL. */
    NULL,
    /** The job fails. */
    FAIL
}
