package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.engine.KvRows.Start;
import io.flinkllava.runtime.engine.StepExecutor.Abilities;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Decides what comes next. Pure: no threads, no tensors, no clock of its own.
 *
 * <p>First come, first served. Between two decode steps at most {@link EngineLimits#prefillTokens}
 * of prompts are prefilled, oldest first; a longer prompt takes several rounds, so running answers
 * never wait for more than one budget. A sequence that begins like one in front of it waits until
 * what they share is there: it would have to wait for that one's turn anyway.
 */
final class Scheduler {

    /**
     * Attention over a single token sums in another order than over several: a prompt is never cut
     * such that one token is left, and that takes three.
     */
    static final int LEAST_BUDGET = 3;

    private final EngineLimits limits;
    private final Abilities abilities;
    private final int budget;

    Scheduler(EngineLimits limits, Abilities abilities) {
        this.limits = limits;
        this.abilities = abilities;
        this.budget = Math.max(LEAST_BUDGET, limits.prefillTokens());
    }

    /**
     * Says whether to run a step.
     *
     * @param waiting sequences without a row, oldest first
     * @param active how many have one
     */
    StepPlan plan(Collection<Sequence> waiting, int active, long nowNanos) {
        if (active > 0 || waiting.size() >= limits.rows()) {
            return StepPlan.STEP;
        }
        if (waiting.isEmpty()) {
            return StepPlan.Idle.FOREVER;
        }
        long start = waiting.iterator().next().arrivedNanos() + limits.delay().toNanos();
        long left = start - nowNanos;
        for (Sequence sequence : waiting) {
            left = Math.min(left, sequence.deadline().nanos() - nowNanos);
        }
        return left <= 0 ? StepPlan.STEP : new StepPlan.Idle(left);
    }

    /** Prompt tokens between two decode steps. */
    int budget() {
        return budget;
    }

    /**
     * The next part of a prompt to run before the next decode step, if any.
     *
     * @param prefilling sequences that have a row and not all of their prompt in it, oldest first
     * @param left what is left of the budget
     */
    Optional<PrefillChunk> next(List<Sequence> prefilling, KvRows rows, int left) {
        for (int i = 0; i < prefilling.size(); i++) {
            Sequence sequence = prefilling.get(i);
            if (sequence.isBegun() || !rows.isWorthWaiting(sequence, prefilling.subList(0, i))) {
                return chunk(sequence, rows, left);
            }
        }
        return Optional.empty();
    }

    private Optional<PrefillChunk> chunk(Sequence sequence, KvRows rows, int left) {
        Start start =
                sequence.isBegun()
                        ? new Start(sequence.prefilled(), OptionalInt.empty())
                        : rows.start(sequence);
        int tokens = take(sequence.prompt().length() - start.length(), left);
        return tokens == 0
                ? Optional.empty()
                : Optional.of(
                        new PrefillChunk(
                                sequence,
                                start.length(),
                                start.length() + tokens,
                                start.copiedFrom()));
    }

    private int take(int wanted, int left) {
        if (wanted <= left) {
            return wanted;
        }
        if (!abilities.chunks()) {
            return left == budget ? wanted : 0;
        }
        int tokens = wanted - left == 1 ? left - 1 : left;
        return tokens < 2 ? 0 : tokens;
    }
}
