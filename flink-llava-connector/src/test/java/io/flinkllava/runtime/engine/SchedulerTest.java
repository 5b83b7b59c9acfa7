package io.flinkllava.runtime.engine;

import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

class SchedulerTest {

    private final Scheduler scheduler =
            new Scheduler(new EngineLimits(3, 100, 50, Duration.ofNanos(10), 100));

    @Test
    void idlesWithoutRequests() {
        assertThat(scheduler.plan(List.of(), 0, 0)).isEqualTo(StepPlan.Idle.FOREVER);
    }

    @Test
    void decodesWhatRunsWithoutWaitingForCompany() {
        List<Sequence> waiting = waiting(0, 20);
        assertThat(scheduler.plan(waiting, 1, 0)).isEqualTo(new StepPlan.Step(waiting));
        assertThat(scheduler.plan(List.of(), 1, 0)).isEqualTo(new StepPlan.Step(List.of()));
    }

    @Test
    void anIdleEngineWaitsForCompanyUntilTheDelayIsOver() {
        List<Sequence> waiting = waiting(100, 5);
        assertThat(scheduler.plan(waiting, 0, 104)).isEqualTo(new StepPlan.Idle(6));
        assertThat(scheduler.plan(waiting, 0, 110)).isEqualTo(new StepPlan.Step(waiting));
    }

    @Test
    void aFullBatchStartsAtOnce() {
        List<Sequence> waiting = waiting(100, 5, 5, 5, 5);
        assertThat(scheduler.plan(waiting, 0, 100))
                .isEqualTo(new StepPlan.Step(waiting.subList(0, 3)));
    }

    @Test
    void admitsInOrderUpToThePrefillBudget() {
        List<Sequence> waiting = waiting(0, 20, 20, 20);
        assertThat(scheduler.plan(waiting, 0, 50))
                .isEqualTo(new StepPlan.Step(waiting.subList(0, 2)));
    }

    @Test
    void aPromptBeyondTheBudgetIsAdmittedAlone() {
        List<Sequence> waiting = waiting(0, 80, 5);
        assertThat(scheduler.plan(waiting, 0, 50))
                .isEqualTo(new StepPlan.Step(waiting.subList(0, 1)));
    }

    @Test
    void admitsNothingWhenAllRowsRun() {
        assertThat(scheduler.plan(waiting(0, 5), 3, 50)).isEqualTo(new StepPlan.Step(List.of()));
    }

    private static List<Sequence> waiting(long arrived, int... promptLengths) {
        List<Sequence> sequences = new ArrayList<>();
        for (int length : promptLengths) {
            GenerationRequest request =
                    Requests.of(new Prompt(new int[length], List.of()), 5, 0, Set.of(0));
            sequences.add(new Sequence(request, 100, arrived));
        }
        return sequences;
    }
}
