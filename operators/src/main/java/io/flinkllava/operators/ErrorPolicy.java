package io.flinkllava.operators;

/** What becomes of a record that got no answer, when all its attempts are spent. */
public enum ErrorPolicy {
    /**
     * The job fails, and restarts by its own strategy: a record that fails each time fails the job
     * each time.
     */
    FAIL,
    /** The record leaves through the side output as a {@link DeadLetter}. */
    SIDE_OUTPUT,
    /** The failure takes the place of the answer in the record's {@link LlavaResult}. */
    AS_RESULT
}
