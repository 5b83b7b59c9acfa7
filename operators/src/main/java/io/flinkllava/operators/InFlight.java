package io.flinkllava.operators;

import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import io.flinkllava.runtime.LlavaAnswer;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;

/** A record that waits for its answer. Only the task's thread touches it. */
final class InFlight<T> {

    private final StreamRecord<T> record;
    private final long arrival;
    private CompletableFuture<LlavaAnswer> future = new CompletableFuture<>();
    private Future<?> timer = CompletableFuture.completedFuture(null);
    private LlavaAnswer answer;

    /**
     * A record that arrived at a processing time in milliseconds; nobody else may change it from
     * now on.
     */
    InFlight(StreamRecord<T> record, long arrival) {
        this.record = record;
        this.arrival = arrival;
    }

    StreamRecord<T> record() {
        return record;
    }

    long arrival() {
        return arrival;
    }

    void submitted(CompletableFuture<LlavaAnswer> value) {
        future = value;
    }

    void expiresWith(Future<?> value) {
        timer = value;
    }

    void answered(LlavaAnswer value) {
        answer = value;
        cancel();
    }

    LlavaAnswer answer() {
        return answer;
    }

    /** Stops whatever still runs for this record; harmless if nothing does. */
    void cancel() {
        timer.cancel(false);
        future.cancel(false);
    }
}
