package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.engine.StepExecutor.Transfers;

import java.util.concurrent.atomic.AtomicLong;

/** Counts what an engine does. Written by the engine's thread, read by any. */
final class Tally {

    private final AtomicLong finished = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private final AtomicLong promptTokens = new AtomicLong();
    private final AtomicLong completionTokens = new AtomicLong();
    private final AtomicLong decodeSteps = new AtomicLong();
    private final AtomicLong decodeRows = new AtomicLong();

    void finished() {
        finished.incrementAndGet();
    }

    void failed() {
        failed.incrementAndGet();
    }

    void prefilled(int tokens) {
        promptTokens.addAndGet(tokens);
    }

    void generated() {
        completionTokens.incrementAndGet();
    }

    void decoded(int rows) {
        decodeSteps.incrementAndGet();
        decodeRows.addAndGet(rows);
    }

    EngineCounters snapshot(int waiting, int running, Transfers transfers, VisionCounters vision) {
        return new EngineCounters(
                waiting,
                running,
                finished.get(),
                failed.get(),
                promptTokens.get(),
                completionTokens.get(),
                decodeSteps.get(),
                decodeRows.get(),
                transfers.toDevice(),
                transfers.fromDevice(),
                vision);
    }
}
