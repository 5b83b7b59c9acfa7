package io.flinkllava.runtime.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides what the next step does. Pure: no threads, no tensors, no clock of its own.
 *
 * <p>First come, first served. Every step admits what rows and {@link EngineLimits#prefillTokens}
 * allow and then decodes all running rows, so running answers never wait for more than one prefill
 * budget.
 */
final class Scheduler {

    private final EngineLimits limits;

    Scheduler(EngineLimits limits) {
        this.limits = limits;
    }

    /**
     * Plans one step.
     *
     * @param waiting sequences without a row, oldest first
     * @param running how many have one
     */
    StepPlan plan(Iterable<Sequence> waiting, int running, long nowNanos) {
        List<Sequence> admitted = admit(waiting, limits.rows() - running);
        if (running > 0) {
            return new StepPlan.Step(admitted);
        }
        if (admitted.isEmpty()) {
            return StepPlan.Idle.FOREVER;
        }
        long start = admitted.get(0).arrivedNanos() + limits.delay().toNanos();
        boolean full = admitted.size() == limits.rows();
        return full || start - nowNanos <= 0
                ? new StepPlan.Step(admitted)
                : new StepPlan.Idle(start - nowNanos);
    }

    private List<Sequence> admit(Iterable<Sequence> waiting, int freeRows) {
        List<Sequence> admitted = new ArrayList<>();
        long tokens = 0;
        for (Sequence sequence : waiting) {
            tokens += sequence.prompt().length();
            boolean fits = tokens <= limits.prefillTokens() || admitted.isEmpty();
            if (admitted.size() == freeRows || !fits) {
                break;
            }
            admitted.add(sequence);
        }
        return admitted;
    }
}
