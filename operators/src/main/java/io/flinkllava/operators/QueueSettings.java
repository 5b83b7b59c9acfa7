package io.flinkllava.operators;

import java.io.Serializable;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

/**
 * How records wait for their answers, and what becomes of those that get none.
 *
 * @param ordered whether results leave in the order of the records
 * @param capacity records that may wait in one subtask, or {@link #BY_BATCH}
 * @param timeout how long each may wait, or {@link #NO_TIMEOUT}
 */
record QueueSettings(
        boolean ordered, int capacity, Duration timeout, RetryPolicy retry, ErrorPolicy errors)
        implements Serializable {

    /** As many as keep the model's batch full. */
    static final int BY_BATCH = 0;

    static final int BATCHES = 4;

    /** More: records that wait for others of their key take room as well. */
    static final int BATCHES_OF_KEYED_RECORDS = 16;

    static final Duration NO_TIMEOUT = ChronoUnit.FOREVER.getDuration();

    /**
     * How many records may wait in one subtask.
     *
     * @param batchSize rows of the model
     * @param keyed whether records wait for others of their key
     */
    int capacity(int batchSize, boolean keyed) {
        return capacity == BY_BATCH
                ? batchSize * (keyed ? BATCHES_OF_KEYED_RECORDS : BATCHES)
                : capacity;
    }
}
