package io.flinkllava.operators;

import java.io.Serializable;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How records wait for their answers, and what becomes of those that get none.
 *
 * @param ordered whether results leave in the order of the records
 * @param capacity records that may wait in one subtask, at least 1
 * @param timeout how long each may wait, or {@link #NO_TIMEOUT}
 */
record QueueSettings(
        boolean ordered, int capacity, Duration timeout, RetryPolicy retry, ErrorPolicy errors)
        implements Serializable {

    static final Duration NO_TIMEOUT = ChronoUnit.FOREVER.getDuration();
}
