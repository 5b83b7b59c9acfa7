package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.LoopTimes;
import io.flinkllava.runtime.EngineCounters.PrefixCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what an engine does. Written by the engine's thread, read by any. */
final class Tally {

    private final StepExecutor executor;
    private final Transfers before;
    private final VisionCounters visionBefore;
    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong late = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final AtomicLong prefillChunks = new AtomicLong();
    private final AtomicLong prefixHits = new AtomicLong();
    private final AtomicLong prefixTokens = new AtomicLong();
    private final AtomicLong completionTokens = new AtomicLong();
    private final AtomicLong decodeSteps = new AtomicLong();
    private final AtomicLong decodeRows = new AtomicLong();
    private final AtomicLong executorNanos = new AtomicLong();
    private final AtomicLong loopNanos = new AtomicLong();

    Tally(StepExecutor executor) {
        this.executor = executor;
        this.before = executor.transfers();
        this.visionBefore = executor.vision();
    }

    void finished() {
        finished.incrementAndGet();
    }

    void failed() {
        failed.incrementAndGet();
    }

    void cancelled() {
        failed.incrementAndGet();
        cancelled.incrementAndGet();
    }

    void late() {
        failed.incrementAndGet();
        late.incrementAndGet();
    }

    /** A chunk of a prompt was run. */
    void prefilled(int tokens) {
        promptTokens.addAndGet(tokens);
        prefillChunks.incrementAndGet();
    }

    /** A prompt was begun, of which so many tokens were known. */
    void reused(int tokens) {
        if (tokens > 0) {
            prefixHits.incrementAndGet();
            prefixTokens.addAndGet(tokens);
        }
    }

    void generated() {
        completionTokens.incrementAndGet();
    }

    void decoded(int rows) {
        decodeSteps.incrementAndGet();
        decodeRows.addAndGet(rows);
    }

    /** The executor was busy for so long. */
    void executed(long nanos) {
        executorNanos.addAndGet(nanos);
    }

    /** A round of the loop took so long, the executor included. */
    void looped(long nanos) {
        loopNanos.addAndGet(nanos);
    }

    EngineCounters snapshot(int waiting, int running) {
        Transfers transfers = executor.transfers();
        VisionCounters vision = executor.vision();
        return new EngineCounters(
                waiting,
                running,
                finished.get(),
                failed.get(),
                promptTokens.get(),
                completionTokens.get(),
                decodeSteps.get(),
                decodeRows.get(),
                transfers.toDevice() - before.toDevice(),
                transfers.fromDevice() - before.fromDevice(),
                new VisionCounters(
                        vision.hits() - visionBefore.hits(),
                        vision.misses() - visionBefore.misses(),
                        vision.bytes()),
                cancelled.get(),
                late.get(),
                prefillChunks.get(),
                new PrefixCounters(prefixHits.get(), prefixTokens.get()),
                new LoopTimes(executorNanos.get(), loopNanos.get()));
    }
}
