package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.engine.StepExecutor.Abilities;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class SchedulerTest {

    private static final EngineLimits LIMITS =
            new EngineLimits(3, 100, 50, Duration.ofNanos(10), 100, true);
    private static final Abilities ALL = new Abilities(true, true);

    private final Scheduler scheduler = new Scheduler(LIMITS, ALL);
    private final KvRows rows = new KvRows(LIMITS, ALL);

    @Test
    void idlesWithoutRequests() {
        assertThat(scheduler.plan(List.of(), 0, 0)).isEqualTo(StepPlan.Idle.FOREVER);
    }

    @Test
    void goesOnWithWhatRunsWithoutWaitingForCompany() {
        assertThat(scheduler.plan(waiting(0, 20), 1, 0)).isEqualTo(StepPlan.STEP);
        assertThat(scheduler.plan(List.of(), 1, 0)).isEqualTo(StepPlan.STEP);
    }

    @Test
    void anIdleEngineWaitsForCompanyUntilTheDelayIsOver() {
        List<Sequence> waiting = waiting(100, 5);
        assertThat(scheduler.plan(waiting, 0, 104)).isEqualTo(new StepPlan.Idle(6));
        assertThat(scheduler.plan(waiting, 0, 110)).isEqualTo(StepPlan.STEP);
    }

    @Test
    void anIdleEngineWaitsNoLongerThanADeadline() {
        List<Sequence> waiting = List.of(sequence(new int[5], Duration.ofNanos(7), 100));
        assertThat(scheduler.plan(waiting, 0, 104)).isEqualTo(new StepPlan.Idle(3));
    }

    @Test
    void aFullBatchStartsAtOnce() {
        assertThat(scheduler.plan(waiting(100, 5, 5, 5), 0, 100)).isEqualTo(StepPlan.STEP);
    }

    @Test
    void aPromptWithinTheBudgetIsRunAtOnce() {
        List<Sequence> prefilling = occupied(20, 20);
        assertThat(scheduler.next(prefilling, rows, 50)).contains(chunk(prefilling.get(0), 0, 20));
    }

    @Test
    void theOldestTakesWhatIsLeftOfTheBudget() {
        List<Sequence> prefilling = occupied(80, 5);
        assertThat(scheduler.next(prefilling, rows, 50)).contains(chunk(prefilling.get(0), 0, 50));
        begin(prefilling.get(0), 50);
        assertThat(scheduler.next(prefilling, rows, 0)).isEmpty();
        assertThat(scheduler.next(prefilling, rows, 50)).contains(chunk(prefilling.get(0), 50, 80));
    }

    @Test
    void noChunkLeavesASingleToken() {
        List<Sequence> prefilling = occupied(51);
        assertThat(scheduler.next(prefilling, rows, 50)).contains(chunk(prefilling.get(0), 0, 49));
        begin(prefilling.get(0), 49);
        assertThat(scheduler.next(prefilling, rows, 1)).isEmpty();
        assertThat(scheduler.next(prefilling, rows, 2)).contains(chunk(prefilling.get(0), 49, 51));
    }

    @Test
    void theSmallestBudgetGetsAnyPromptThrough() {
        EngineLimits narrow = new EngineLimits(1, 100, 1, Duration.ZERO, 100, true);
        Scheduler slow = new Scheduler(narrow, ALL);
        for (int length = 1; length < 30; length++) {
            KvRows one = new KvRows(narrow, ALL);
            Sequence sequence = waiting(0, length).get(0);
            one.occupy(sequence);
            for (int done = 0; done < length; done = sequence.prefilled()) {
                PrefillChunk chunk = slow.next(List.of(sequence), one, slow.budget()).orElseThrow();
                assertThat(chunk.from()).isEqualTo(done);
                begin(sequence, chunk.to());
            }
        }
    }

    @Test
    void withoutChunksAPromptBeyondTheBudgetGoesAlone() {
        Abilities none = new Abilities(false, false);
        Scheduler whole = new Scheduler(LIMITS, none);
        List<Sequence> prefilling = occupied(80, 5);
        assertThat(whole.next(prefilling, new KvRows(LIMITS, none), 50))
                .contains(chunk(prefilling.get(0), 0, 80));
        assertThat(whole.next(prefilling, new KvRows(LIMITS, none), 49)).isEmpty();
    }

    @Test
    void waitsForAPromptInFrontThatBeginsTheSame() {
        Sequence first = sequence(words(60, 1), Duration.ofHours(1), 0);
        Sequence same = sequence(words(60, 1), Duration.ofHours(1), 0);
        Sequence other = sequence(words(30, 7), Duration.ofHours(1), 0);
        List<Sequence> prefilling = List.of(first, same, other);
        prefilling.forEach(rows::occupy);
        begin(first, 40);
        rows.prefilled(first, 40);
        assertThat(scheduler.next(prefilling.subList(1, 3), rows, 50))
                .as("nobody in front any more")
                .contains(new PrefillChunk(same, 40, 60, OptionalInt.of(first.row())));
        assertThat(scheduler.next(List.of(first, same), rows, 2)).contains(chunk(first, 40, 42));
        rows.prefilled(first, 58);
        begin(first, 58);
        assertThat(rows.isWorthWaiting(same, List.of(first))).isFalse();
    }

    @Test
    void lettingOneWaitHoldsUpNobodyBehindIt() {
        Sequence first = sequence(words(60, 1), Duration.ofHours(1), 0);
        Sequence same = sequence(words(60, 1), Duration.ofHours(1), 0);
        Sequence other = sequence(words(30, 7), Duration.ofHours(1), 0);
        List.of(first, same, other).forEach(rows::occupy);
        assertThat(rows.isWorthWaiting(same, List.of(first))).isTrue();
        assertThat(rows.isWorthWaiting(other, List.of(first, same))).isFalse();
    }

    private static PrefillChunk chunk(Sequence sequence, int from, int to) {
        return new PrefillChunk(sequence, from, to, OptionalInt.empty());
    }

    private static void begin(Sequence sequence, int prefilled) {
        sequence.begin(0);
        sequence.prefilled(prefilled);
    }

    private List<Sequence> occupied(int... promptLengths) {
        List<Sequence> sequences = waiting(0, promptLengths);
        sequences.forEach(rows::occupy);
        return sequences;
    }

    private static List<Sequence> waiting(long arrived, int... promptLengths) {
        List<Sequence> sequences = new ArrayList<>();
        for (int length : promptLengths) {
            int[] words = words(length, sequences.size() + 1);
            sequences.add(sequence(words, Duration.ofHours(1), arrived));
        }
        return sequences;
    }

    private static int[] words(int length, int word) {
        int[] words = new int[length];
        Arrays.fill(words, word);
        return words;
    }

    private static Sequence sequence(int[] prompt, Duration limit, long arrived) {
        return new SequenceGroup(
                        List.of(Requests.of(new Prompt(prompt), 5, 0, Set.of(0))),
                        Deadline.after(limit, arrived),
                        TokenObserver.NONE,
                        100,
                        arrived)
                .sequences()
                .get(0);
    }
}
