package io.flinkllava.operators;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import io.flinkllava.runtime.LlavaAnswer;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A record that waits for its outcome. Only the task's thread touches it. */
final class InFlight<I> {

    private final StreamRecord<I> record;
    private final Object key;
    private final long sequence;
    private final long arrival;
    private int attempts;
    private CompletableFuture<LlavaAnswer> future = new CompletableFuture<>();
    private Future<?> deadline = CompletableFuture.completedFuture(null);
    private Future<?> retry = CompletableFuture.completedFuture(null);
    private boolean finished;
    private Optional<Outcome> outcome = Optional.empty();

    /**
     * A record that nobody else may change from now on.
     *
     * @param key whose turn it waits for, or null if it waits for nobody's
     * @param sequence grows from one arrival to the next, and over restores
     * @param arrival processing time in milliseconds
     * @param attempts made before a restore
     */
    InFlight(StreamRecord<I> record, Object key, long sequence, long arrival, int attempts) {
        this.record = record;
        this.key = key;
        this.sequence = sequence;
        this.arrival = arrival;
        this.attempts = attempts;
    }

    StreamRecord<I> record() {
        return record;
    }

    I value() {
        return record.getValue();
    }

    Object key() {
        return key;
    }

    long sequence() {
        return sequence;
    }

    long arrival() {
        return arrival;
    }

    int attempts() {
        return attempts;
    }

    /** Counts an attempt. */
    void tries() {
        attempts++;
    }

    void submitted(CompletableFuture<LlavaAnswer> value) {
        future = value;
    }

    void expiresWith(Future<?> value) {
        deadline = value;
    }

    void retriesWith(Future<?> value) {
        retry = value;
    }

    void finished(Optional<Outcome> value) {
        finished = true;
        outcome = value;
        cancel();
    }

    boolean isFinished() {
        return finished;
    }

    /** Empty until it is finished, and afterwards for a record that asked nothing. */
    Optional<Outcome> outcome() {
        return outcome;
    }

    /** Stops whatever still runs for this record; harmless if nothing does. */
    void cancel() {
        deadline.cancel(false);
        retry.cancel(false);
        future.cancel(false);
    }
}
