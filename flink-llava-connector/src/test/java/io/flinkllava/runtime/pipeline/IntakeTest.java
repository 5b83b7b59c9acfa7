package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.engine.Deadline;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;

import static org.assertj.core.api.Assertions.assertThat;

/** Requests in line: some are prepared, some wait, all get an answer. */
@Timeout(60)
class IntakeTest {

    private static final Deadline NEVER = Deadline.after(LlavaRequest.NO_LIMIT, System.nanoTime());
    private static final LlavaAnswer GIVEN = new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "given");
    private static final LlavaAnswer CLOSED =
            new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "closed");

    private final ModelThreads threads = new ModelThreads("test", 2);

    @AfterEach
    void stop() {
        threads.close();
    }

    @Test
    void preparesAheadOnlySoFar() {
        Intake intake = new Intake(threads, 100, 3);
        Semaphore prepared = new Semaphore(0);
        List<CompletableFuture<LlavaAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            answers.add(new CompletableFuture<>());
            assertThat(intake.offer(answers.get(i), NEVER, prepared::release)).isTrue();
        }
        for (int i = 0; i < 20; i++) {
            prepared.acquireUninterruptibly();
            assertThat(intake.waiting()).isGreaterThanOrEqualTo(17 - i);
            if (i >= 2) {
                // Of three that are open the oldest ends: the next one is prepared, and no other.
                assertThat(prepared.availablePermits()).isZero();
                answers.get(i - 2).complete(GIVEN);
            }
        }
    }

    @Test
    void whoIsCancelledOrLateMakesRoomForOthers() {
        Intake intake = new Intake(threads, 2, 1);
        CompletableFuture<LlavaAnswer> open = new CompletableFuture<>();
        assertThat(intake.offer(open, NEVER, () -> {})).isTrue();
        CompletableFuture<LlavaAnswer> cancelled = new CompletableFuture<>();
        CompletableFuture<LlavaAnswer> late = new CompletableFuture<>();
        Deadline soon = Deadline.after(Duration.ofMillis(1), System.nanoTime());
        assertThat(intake.offer(cancelled, NEVER, () -> {})).isTrue();
        assertThat(intake.offer(late, soon, () -> {})).isTrue();

        cancelled.cancel(false);

        assertThat(late.join())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.message()).contains("time limit of 1 ms"));
        // An answer is seen a moment before its place is free.
        while (intake.waiting() > 0) {
            Thread.onSpinWait();
        }
        for (int i = 0; i < 2; i++) {
            assertThat(intake.offer(new CompletableFuture<>(), NEVER, () -> {})).isTrue();
        }
        assertThat(intake.offer(new CompletableFuture<>(), NEVER, () -> {})).isFalse();
    }

    @Test
    void whatGoesWrongFailsItsRequestAlone() {
        Intake intake = new Intake(threads, 10, 1);
        CompletableFuture<LlavaAnswer> failing = new CompletableFuture<>();
        CompletableFuture<LlavaAnswer> healthy = new CompletableFuture<>();
        intake.offer(
                failing,
                NEVER,
                () -> {
                    throw new NoClassDefFoundError("gone");
                });
        intake.offer(healthy, NEVER, () -> healthy.complete(GIVEN));

        assertThat(failing.join())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.message()).contains("gone"));
        assertThat(healthy.join()).isEqualTo(GIVEN);
    }

    @Test
    void everybodyIsAnswered() throws InterruptedException {
        for (int seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            int mostOpen = 1 + random.nextInt(4);
            Intake intake = new Intake(threads, 1000, mostOpen);
            List<CompletableFuture<LlavaAnswer>> answers = new ArrayList<>();
            CountDownLatch done = new CountDownLatch(40);
            for (int i = 0; i < 40; i++) {
                CompletableFuture<LlavaAnswer> answer = new CompletableFuture<>();
                answers.add(answer);
                var unused = answer.whenComplete((given, fault) -> done.countDown());
                boolean late = random.nextInt(8) == 0;
                Deadline deadline =
                        late ? Deadline.after(Duration.ofNanos(1), System.nanoTime()) : NEVER;
                assertThat(intake.offer(answer, deadline, () -> answer.complete(GIVEN))).isTrue();
                if (random.nextInt(5) == 0) {
                    answers.get(random.nextInt(answers.size())).cancel(false);
                }
            }
            if (random.nextInt(4) == 0) {
                intake.close(CLOSED);
            }
            done.await();
            while (intake.waiting() > 0) {
                Thread.onSpinWait();
            }
        }
    }
}
