package io.flinkllava.udfs.request;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;

import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.runtime.BatchingOptions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;

/**
 * What Flink allows an asynchronous function of SQL.
 *
 * @param timeout after which Flink fails the job
 * @param inFlight rows that may be in flight in a subtask
 * @param timeoutKey the option that says so
 * @param inFlightKey likewise
 */
public record AsyncLimits(Duration timeout, int inFlight, String timeoutKey, String inFlightKey) {

    private static final Logger LOG = LoggerFactory.getLogger(AsyncLimits.class);

    /** A request must be late before Flink's timeout is over, so that it fails alone. */
    private static final int PERCENT_OF_TIMEOUT = 80;

    /** The limits of a session. */
    public static AsyncLimits of(
            ReadableConfig session,
            ConfigOption<Duration> timeout,
            ConfigOption<Integer> inFlight) {
        return new AsyncLimits(
                session.get(timeout), session.get(inFlight), timeout.key(), inFlight.key());
    }

    public AsyncLimits withTimeout(Duration value) {
        return new AsyncLimits(value, inFlight, timeoutKey, inFlightKey);
    }

    public AsyncLimits withInFlight(int value) {
        return new AsyncLimits(timeout, value, timeoutKey, inFlightKey);
    }

    /**
     * Gives requests less time than Flink does, and says where batches would not be full.
     *
     * @param where whose settings they are, to begin a message with
     * @throws ValidationException if what was set does not go with these limits
     */
    public LlavaSettings applyTo(String where, LlavaSettings settings) {
        BatchingOptions batching = settings.model().options().batching();
        int queue = settings.model().options().limits().maxQueuedRequests();
        if (inFlight > queue) {
            throw new ValidationException(
                    where
                            + ": "
                            + inFlightKey
                            + " ("
                            + inFlight
                            + ") is more than the model's max-queued-requests ("
                            + queue
                            + "): lower it, or raise that");
        }
        if (inFlight < batching.maxBatchSize()) {
            LOG.warn(
                    "{}: the batch has room for {} rows, but only {} may be in flight in a"
                            + " subtask. Raise {} to {} or more.",
                    where,
                    batching.maxBatchSize(),
                    inFlight,
                    inFlightKey,
                    2 * batching.maxBatchSize());
        }
        return settings.withRequestTimeout(timeLimit(where, settings));
    }

    private Duration timeLimit(String where, LlavaSettings settings) {
        if (!settings.hasRequestTimeout()) {
            return timeout.multipliedBy(PERCENT_OF_TIMEOUT).dividedBy(100);
        }
        if (settings.requestTimeout().compareTo(timeout) >= 0) {
            throw new ValidationException(
                    where
                            + ": "
                            + LlavaOptions.REQUEST_TIMEOUT.key()
                            + " ("
                            + settings.requestTimeout().toMillis()
                            + " ms) is not below Flink's own timeout ("
                            + timeout.toMillis()
                            + " ms), which fails the job: lower it, or raise "
                            + timeoutKey);
        }
        return settings.requestTimeout();
    }
}
