package io.flinkllava.operators;

import org.apache.flink.api.connector.source.SourceSplit;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiter;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;

/**
 * Lets a source emit so many records a second, and none far ahead of the results: however slow the
 * machine is, there are records left when a job is stopped on its way.
 */
final class InStep<S extends SourceSplit> implements RateLimiterStrategy<S> {

    private static final long serialVersionUID = 1L;
    private static final double RECORDS_PER_SECOND = 800;
    private static final int MOST_AHEAD = 200;
    private static final int NONE = -1;

    /** The number of the record that the source emitted last in this attempt. */
    private static volatile int last = NONE;

    static void emitted(int id) {
        last = id;
    }

    @Override
    public RateLimiter<S> createRateLimiter(int parallelism) {
        last = NONE;
        RateLimiter<?> rate =
                RateLimiterStrategy.perSecond(RECORDS_PER_SECOND).createRateLimiter(parallelism);
        return records ->
                Committed.atLeast(last - MOST_AHEAD).thenCompose(there -> rate.acquire(records));
    }
}
