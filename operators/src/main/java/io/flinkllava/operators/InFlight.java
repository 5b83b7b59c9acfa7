package io.flinkllava.operators;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import io.flinkllava.runtime.LlavaRequest;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A record that waits for its outcome. Only the task's thread touches it. */
final class InFlight<I> {

    private final StreamRecord<I> record;
    private final Object key;
    private final long sequence;
    private final long arrival;
    private long deadline = Long.MAX_VALUE;
    private Duration limit = LlavaRequest.NO_LIMIT;
    private int attempts;
    private boolean trying;
    private Optional<RequestDraft> draft = Optional.empty();
    private Future<?> asked = CompletableFuture.completedFuture(null);
    private Future<?> expiry = CompletableFuture.completedFuture(null);
    private Future<?> retry = CompletableFuture.completedFuture(null);
    private boolean finished;
    private Optional<Outcome> outcome = Optional.empty();

    /**
     * A record that nobody else may change from now on.
     *
     * @param key whose turn it waits for, or null if it waits for nobody's
     * @param sequence grows from one arrival to the next, and over restores
     * @param arrival processing time in milliseconds
     * @param attempts that failed before a restore
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

    /**
     * Bounds the time that it may wait.
     *
     * @param now processing time in milliseconds
     * @return whether it has less time than before
     */
    boolean endsWithin(Duration value, long now) {
        if (value.compareTo(Duration.ofMillis(deadline - now)) >= 0) {
            return false;
        }
        deadline = now + value.toMillis();
        limit = value;
        return true;
    }

    /** Processing time in milliseconds. */
    long deadline() {
        return deadline;
    }

    /** How long it may wait. */
    Duration limit() {
        return limit;
    }

    /** What is left of that, at least a millisecond. */
    Duration timeLeft(long now) {
        return deadline == Long.MAX_VALUE
                ? LlavaRequest.NO_LIMIT
                : Duration.ofMillis(Math.max(1, deadline - now));
    }

    /** How often it was tried, the attempt that goes on included. */
    int attempts() {
        return attempts;
    }

    /** How often it failed: a restart that cuts an attempt short is not the record's fault. */
    int failedAttempts() {
        return trying ? attempts - 1 : attempts;
    }

    /** Whether an attempt goes on. */
    boolean isTrying() {
        return trying;
    }

    /** An attempt begins. */
    void tries() {
        attempts++;
        trying = true;
    }

    /** The attempt came to nothing, and that does not count. */
    void triedInVain() {
        attempts--;
        trying = false;
    }

    void submitted(Future<?> value) {
        asked = value;
    }

    /** The next attempt need not read again what this one has read. */
    void keeps(RequestDraft value) {
        draft = Optional.of(value);
    }

    /** What it asks, once an attempt has failed. */
    Optional<RequestDraft> draft() {
        return draft;
    }

    void expiresWith(Future<?> value) {
        expiry.cancel(false);
        expiry = value;
    }

    void retriesWith(Future<?> value) {
        trying = false;
        retry = value;
    }

    void finished(Optional<Outcome> value) {
        finished = true;
        trying = false;
        outcome = value;
        cancel();
        // An answer may wait long for its emission: what it was asked with need not.
        draft = Optional.empty();
        asked = CompletableFuture.completedFuture(null);
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
        expiry.cancel(false);
        retry.cancel(false);
        asked.cancel(false);
    }
}
