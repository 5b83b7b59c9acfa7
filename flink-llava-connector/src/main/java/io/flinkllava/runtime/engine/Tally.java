package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.LoopTimes;
import io.flinkllava.runtime.EngineCounters.PrefixCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;

/**
 * Counts what an engine does. Written by the engine's thread, read by any: what belongs together is
 * seen together.
 */
final class Tally {

    private final StepExecutor executor;
    private final Transfers before;
    private final VisionCounters visionBefore;
    private long finished;
    private long failed;
    private long cancelled;
    private long late;
    private long promptTokens;
    private long prefillChunks;
    private long prefixHits;
    private long prefixTokens;
    private long completionTokens;
    private long decodeSteps;
    private long decodeRows;
    private long executorNanos;
    private long loopNanos;

    /**
     * Of the round that is not over: it counts with the rest of that round, or shares would lie.
     */
    private long executorNanosOfRound;

    Tally(StepExecutor executor) {
        this.executor = executor;
        this.before = executor.transfers();
        this.visionBefore = executor.vision();
    }

    synchronized void finished() {
        finished++;
    }

    synchronized void failed() {
        failed++;
    }

    synchronized void cancelled() {
        failed++;
        cancelled++;
    }

    synchronized void late() {
        failed++;
        late++;
    }

    /** A chunk of a prompt was run. */
    synchronized void prefilled(int tokens) {
        promptTokens += tokens;
        prefillChunks++;
    }

    /** A prompt was begun, of which so many tokens were known. */
    synchronized void reused(int tokens) {
        if (tokens > 0) {
            prefixHits++;
            prefixTokens += tokens;
        }
    }

    synchronized void generated() {
        completionTokens++;
    }

    synchronized void decoded(int rows) {
        decodeSteps++;
        decodeRows += rows;
    }

    /** The executor was busy for so long. */
    synchronized void executed(long nanos) {
        executorNanosOfRound += nanos;
    }

    /** A round of the loop took so long, the executor included. */
    synchronized void looped(long nanos) {
        executorNanos += executorNanosOfRound;
        executorNanosOfRound = 0;
        loopNanos += nanos;
    }

    synchronized EngineCounters snapshot(int waiting, int running) {
        Transfers transfers = executor.transfers();
        VisionCounters vision = executor.vision();
        return new EngineCounters(
                waiting,
                running,
                finished,
                failed,
                promptTokens,
                completionTokens,
                decodeSteps,
                decodeRows,
                transfers.toDevice() - before.toDevice(),
                transfers.fromDevice() - before.fromDevice(),
                new VisionCounters(
                        vision.hits() - visionBefore.hits(),
                        vision.misses() - visionBefore.misses(),
                        vision.bytes()),
                cancelled,
                late,
                prefillChunks,
                new PrefixCounters(prefixHits, prefixTokens),
                new LoopTimes(executorNanos, loopNanos));
    }
}
