package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer.FinishReason;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class GenerationEngineTest {

    private static final EngineLimits LIMITS =
            new EngineLimits(4, 64, 40, Duration.ZERO, 100, true);

    private final ScriptedExecutor executor = new ScriptedExecutor();

    @Test
    void answersAsTheModelWouldAlone() {
        GenerationRequest request = request(20, 0, 5, 6, 7);
        try (GenerationEngine engine = start(LIMITS)) {
            Generation generation = Requests.submit(engine, request).join();
            assertThat(generation.tokenIds()).isEqualTo(ScriptedExecutor.answer(request));
        }
    }

    @Test
    void suppressesTheEndUntilMinNewTokens() {
        try (GenerationEngine engine = start(LIMITS)) {
            for (int seed = 1; seed < 40; seed++) {
                GenerationRequest request = request(12, 12, seed);
                Generation generation = Requests.submit(engine, request).join();
                assertThat(generation.tokenIds())
                        .hasSize(12)
                        .isEqualTo(ScriptedExecutor.answer(request));
                assertThat(generation.tokenIds().subList(0, 11))
                        .doesNotContain(ScriptedExecutor.EOS);
            }
        }
    }

    @Test
    void saysWhyItStopped() {
        try (GenerationEngine engine = start(LIMITS)) {
            for (int seed = 1; seed < 40; seed++) {
                Generation generation = Requests.submit(engine, request(6, 0, seed)).join();
                List<Integer> tokens = generation.tokenIds();
                boolean ended = tokens.get(tokens.size() - 1) == ScriptedExecutor.EOS;
                assertThat(generation.reason())
                        .isEqualTo(ended ? FinishReason.STOP : FinishReason.LENGTH);
            }
        }
    }

    @Test
    void neverWritesBeyondTheSequenceLength() {
        GenerationRequest request = request(1000, 1000, filled(60));
        try (GenerationEngine engine = start(LIMITS)) {
            Generation generation = Requests.submit(engine, request).join();
            assertThat(generation.tokenIds()).hasSize(4);
            assertThat(generation.reason()).isEqualTo(FinishReason.LENGTH);
        }
    }

    @Test
    void refusesAPromptThatLeavesNoRoom() {
        try (GenerationEngine engine = start(LIMITS)) {
            assertFailure(Requests.submit(engine, request(5, 0, filled(64))), LlavaErrorCode.INPUT)
                    .hasMessageContaining("64 tokens")
                    .hasMessageContaining("max-sequence-length");
        }
    }

    @Test
    void refusesWhatTheQueueCannotHold() throws InterruptedException {
        Semaphore held = new Semaphore(0);
        executor.holdAt(held);
        EngineLimits limits = new EngineLimits(1, 64, 40, Duration.ZERO, 2, true);
        try (GenerationEngine engine = start(limits)) {
            CompletableFuture<Generation> running = Requests.submit(engine, request(3, 3, 1));
            awaitRunning(engine, 1);
            List<CompletableFuture<Generation>> queued =
                    List.of(
                            Requests.submit(engine, request(3, 3, 2)),
                            Requests.submit(engine, request(3, 3, 3)));
            assertFailure(Requests.submit(engine, request(3, 3, 4)), LlavaErrorCode.CAPACITY)
                    .hasMessageContaining("max-queued-requests");
            held.release(1000);
            assertThat(running.join().tokenIds()).hasSize(3);
            queued.forEach(future -> assertThat(future.join().tokenIds()).hasSize(3));
        }
    }

    @Test
    void aRequestTakesOnePlaceHoweverManyPartsItHas() throws InterruptedException {
        Semaphore held = new Semaphore(0);
        executor.holdAt(held);
        EngineLimits limits = new EngineLimits(1, 64, 40, Duration.ZERO, 2, true);
        try (GenerationEngine engine = start(limits)) {
            List<CompletableFuture<List<Generation>>> queued =
                    List.of(submitParts(engine, 40), submitParts(engine, 40));
            assertThat(submitParts(engine, 1)).isCompletedExceptionally();
            assertThat(engine.counters().waiting()).isEqualTo(2);

            held.release(10_000);

            queued.forEach(future -> assertThat(future.join()).hasSize(40));
            assertThat(submitParts(engine, 3).join()).hasSize(3);
            assertThat(engine.counters().finished()).isEqualTo(3);
            assertThat(engine.counters().failed()).isZero();
        }
    }

    @Test
    void aPartThatFailsTakesTheOthersAlong() {
        try (GenerationEngine engine = start(LIMITS)) {
            List<GenerationRequest> parts = new ArrayList<>();
            IntStream.range(20, 32).forEach(i -> parts.add(request(40, 40, i)));
            parts.add(9, request(40, 40, ScriptedExecutor.POISON_PREFILL));
            CompletableFuture<List<Generation>> failing =
                    engine.submit(parts, Requests.NEVER, TokenObserver.NONE);
            GenerationRequest healthy = request(10, 10, 5);

            assertThat(Requests.submit(engine, healthy).join().tokenIds())
                    .isEqualTo(ScriptedExecutor.answer(healthy));

            assertThatThrownBy(failing::join).hasRootCauseMessage("poisoned prompt");
            assertThat(engine.counters().failed()).isEqualTo(1);
            assertThat(engine.counters().finished()).isEqualTo(1);
            assertThat(engine.counters().running()).isZero();
            assertThat(engine.counters().waiting()).isZero();
        }
    }

    /** Never seen: a request that was cancelled and has not failed. */
    @Test
    void countersAreOfOneMoment() throws InterruptedException {
        Tally tally = new Tally(executor);
        Thread counting =
                new Thread(
                        () -> {
                            for (int i = 0; i < 2_000_000; i++) {
                                tally.cancelled();
                            }
                        });
        counting.start();
        while (counting.isAlive()) {
            EngineCounters counters = tally.snapshot(0, 0);
            assertThat(counters.cancelled()).isEqualTo(counters.failed());
        }
        counting.join();
    }

    private static CompletableFuture<List<Generation>> submitParts(
            GenerationEngine engine, int parts) {
        return engine.submit(
                IntStream.range(0, parts).mapToObj(i -> request(3, 3, 1 + i)).toList(),
                Requests.NEVER,
                TokenObserver.NONE);
    }

    @Test
    void aPoisonedRequestFailsAlone() {
        try (GenerationEngine engine = start(LIMITS)) {
            List<GenerationRequest> healthy = new ArrayList<>();
            List<CompletableFuture<Generation>> answers = new ArrayList<>();
            List<CompletableFuture<Generation>> poisoned = new ArrayList<>();
            for (int i = 0; i < 30; i++) {
                GenerationRequest request = request(10, 10, 20 + i);
                healthy.add(request);
                answers.add(Requests.submit(engine, request));
                int poison =
                        i % 2 == 0
                                ? ScriptedExecutor.POISON_DECODE
                                : ScriptedExecutor.POISON_PREFILL;
                poisoned.add(Requests.submit(engine, request(10, 10, poison)));
            }
            for (int i = 0; i < healthy.size(); i++) {
                assertThat(answers.get(i).join().tokenIds())
                        .isEqualTo(ScriptedExecutor.answer(healthy.get(i)));
            }
            poisoned.forEach(
                    future ->
                            assertFailure(future, LlavaErrorCode.INTERNAL)
                                    .hasMessageContaining("poisoned"));
        }
    }

    @Test
    void aCancelledSequenceLeavesTheBatch() throws InterruptedException {
        Semaphore held = new Semaphore(0);
        executor.holdAt(held);
        EngineLimits limits = new EngineLimits(1, 64, 40, Duration.ZERO, 10, true);
        try (GenerationEngine engine = start(limits)) {
            CompletableFuture<Generation> first = Requests.submit(engine, request(50, 50, 1));
            GenerationRequest next = request(5, 0, 2);
            CompletableFuture<Generation> second = Requests.submit(engine, next);
            held.release(3);
            awaitRunning(engine, 1);
            first.cancel(false);
            held.release(1000);
            assertThat(second.join().tokenIds()).isEqualTo(ScriptedExecutor.answer(next));
            assertThat(engine.counters().failed()).isEqualTo(1);
            assertThat(executor.steps.size()).as("50 tokens were not generated").isLessThan(20);
        }
    }

    @Test
    void aRequestThatIsLateBeforeItHasARowGetsNone() throws InterruptedException {
        Semaphore held = new Semaphore(0);
        executor.holdAt(held);
        AtomicLong clock = new AtomicLong();
        EngineLimits limits = new EngineLimits(1, 64, 5, Duration.ZERO, 10, true);
        GenerationRequest first = request(3, 3, 1);
        try (GenerationEngine engine = start(limits, clock)) {
            CompletableFuture<Generation> answer = Requests.submit(engine, first);
            awaitRunning(engine, 1);
            CompletableFuture<Generation> late = submitLate(engine, 1000);
            clock.set(1001);
            held.release(1000);
            assertThat(answer.join().tokenIds()).isEqualTo(ScriptedExecutor.answer(first));
            assertFailure(late, LlavaErrorCode.CAPACITY).hasMessageContaining("time limit");
            assertThat(executor.begun).containsExactly(first.prompt());
        }
    }

    /** In the middle of its prompt, which takes four steps, or in the middle of its answer. */
    @ParameterizedTest
    @ValueSource(ints = {2, 9})
    void aRequestThatIsLateGetsNoMoreSteps(int steps) {
        Semaphore held = new Semaphore(steps);
        executor.holdAt(held);
        AtomicLong clock = new AtomicLong();
        EngineLimits limits = new EngineLimits(1, 64, 5, Duration.ZERO, 10, true);
        GenerationEngine engine = start(limits, clock);
        try (engine) {
            CompletableFuture<Generation> late = submitLate(engine, 1000);
            while (!held.hasQueuedThreads()) {
                Thread.onSpinWait();
            }
            clock.set(1001);
            held.release(1000);
            assertFailure(late, LlavaErrorCode.CAPACITY).hasMessageContaining("time limit");
        }
        assertThat(executor.steps).hasSize(steps + 1);
        assertThat(engine.counters().late()).isEqualTo(1);
    }

    /** An idle engine that would wait long for company does not let a request be late for it. */
    @Test
    void aRequestIsLateAlsoWhereTheEngineIdles() {
        EngineLimits patient = new EngineLimits(4, 64, 1000, Duration.ofHours(10), 100, true);
        try (GenerationEngine engine = start(patient)) {
            CompletableFuture<Generation> late =
                    Requests.submit(
                            engine,
                            request(5, 5, 1),
                            Deadline.after(Duration.ofMillis(1), System.nanoTime()),
                            TokenObserver.NONE);
            assertFailure(late, LlavaErrorCode.CAPACITY);
            assertThat(executor.steps).isEmpty();
        }
    }

    @Test
    void anObserverThatThrowsFailsItsOwnRequest() {
        try (GenerationEngine engine = start(LIMITS)) {
            GenerationRequest healthy = request(10, 10, 5);
            CompletableFuture<Generation> failing =
                    Requests.submit(
                            engine,
                            request(10, 10, 4),
                            Deadline.after(Duration.ofHours(1), System.nanoTime()),
                            token -> {
                                throw new IllegalStateException("does not listen");
                            });
            CompletableFuture<Generation> answer = Requests.submit(engine, healthy);
            assertFailure(failing, LlavaErrorCode.INTERNAL).hasMessageContaining("not listen");
            assertThat(answer.join().tokenIds()).isEqualTo(ScriptedExecutor.answer(healthy));
        }
    }

    @Test
    void anExecutorThatCannotCloseHarmsNoAnswer() {
        executor.failWith(
                stage -> {
                    if (stage == ScriptedExecutor.Stage.CLOSE) {
                        throw new IllegalStateException("cannot close");
                    }
                });
        GenerationRequest request = request(10, 10, 5);
        GenerationEngine engine = start(LIMITS);
        assertThat(Requests.submit(engine, request).join().tokenIds())
                .isEqualTo(ScriptedExecutor.answer(request));
        engine.close();
        assertThat(executor.isClosed()).isTrue();
        assertThat(Requests.submit(engine, request)).isCompletedExceptionally();
    }

    private static CompletableFuture<Generation> submitLate(GenerationEngine engine, long nanos) {
        return Requests.submit(
                engine,
                request(40, 40, filled(20)),
                Deadline.after(Duration.ofNanos(nanos), 0),
                TokenObserver.NONE);
    }

    private GenerationEngine start(EngineLimits limits, AtomicLong clock) {
        return GenerationEngine.start("test", executor, limits, clock::get);
    }

    @Test
    void closingFailsWhatIsLeftAndTheExecutorIsClosedOnce() throws InterruptedException {
        int endless = 1_000_000;
        GenerationEngine engine =
                start(new EngineLimits(4, 2 * endless, 40, Duration.ZERO, 100, true));
        List<CompletableFuture<Generation>> futures = new ArrayList<>();
        for (int i = 0; i < 9; i++) {
            futures.add(Requests.submit(engine, request(endless, endless, i + 1)));
        }
        awaitRunning(engine, 4);
        engine.close();
        engine.close();
        assertThat(executor.isClosed()).isTrue();
        futures.forEach(future -> assertFailure(future, LlavaErrorCode.MODEL));
        assertFailure(Requests.submit(engine, request(5, 0, 1)), LlavaErrorCode.MODEL);
        assertThat(engine.counters().failed()).isEqualTo(9);
    }

    @Test
    void waitsForCompanyBeforeItStarts() {
        EngineLimits patient = new EngineLimits(4, 64, 1000, Duration.ofMinutes(10), 100, true);
        try (GenerationEngine engine = start(patient)) {
            List<CompletableFuture<Generation>> futures = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                futures.add(Requests.submit(engine, request(8, 8, i + 1)));
            }
            futures.forEach(CompletableFuture::join);
            assertThat(executor.steps.subList(0, 5))
                    .containsExactly(
                            "prefill 0",
                            "prefill 1",
                            "prefill 2",
                            "prefill 3",
                            "decode [0, 1, 2, 3]");
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void everyRequestOfARandomScheduleCompletesOnceAndRight(long seed) {
        Random random = new Random(seed);
        EngineLimits limits =
                new EngineLimits(
                        1 + random.nextInt(5),
                        64,
                        1 + random.nextInt(60),
                        Duration.ofNanos(random.nextInt(100_000)),
                        10_000,
                        true);
        Map<GenerationRequest, CompletableFuture<Generation>> submitted = new LinkedHashMap<>();
        int cancelled = 0;
        GenerationEngine engine = start(limits);
        try (engine) {
            for (int i = 0; i < 400; i++) {
                int max = 1 + random.nextInt(30);
                GenerationRequest request =
                        request(max, random.nextInt(max + 1), random.ints(1 + i % 20, 1, 50));
                CompletableFuture<Generation> future = Requests.submit(engine, request);
                submitted.put(request, future);
                if (random.nextInt(10) == 0 && future.cancel(false)) {
                    cancelled++;
                }
                if (random.nextInt(25) == 0) {
                    future.exceptionally(fault -> null).join();
                }
                assertThat(engine.counters().overhead()).isBetween(0.0, 1.0);
            }
            for (Map.Entry<GenerationRequest, CompletableFuture<Generation>> entry :
                    submitted.entrySet()) {
                if (!entry.getValue().isCancelled()) {
                    assertThat(entry.getValue().join().tokenIds())
                            .isEqualTo(ScriptedExecutor.answer(entry.getKey()));
                }
            }
        }
        EngineCounters counters = engine.counters();
        assertThat(counters.finished()).isEqualTo(400L - cancelled);
        assertThat(counters.failed()).isEqualTo(cancelled);
        assertThat(counters.running()).isZero();
        assertThat(counters.waiting()).isZero();
        assertThat(counters.meanBatchSize()).isBetween(1.0, (double) limits.rows());
    }

    private GenerationEngine start(EngineLimits limits) {
        return GenerationEngine.start("test", executor, limits, System::nanoTime);
    }

    private static GenerationRequest request(int max, int min, int... prompt) {
        return Requests.of(new Prompt(prompt), max, min, Set.of(ScriptedExecutor.EOS));
    }

    private static GenerationRequest request(int max, int min, IntStream prompt) {
        return request(max, min, prompt.toArray());
    }

    private static int[] filled(int length) {
        int[] prompt = new int[length];
        Arrays.fill(prompt, 3);
        return prompt;
    }

    private static void awaitRunning(GenerationEngine engine, int running)
            throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (engine.counters().running() < running && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(engine.counters().running()).isGreaterThanOrEqualTo(running);
    }

    private static AbstractThrowableAssert<?, ?> assertFailure(
            CompletableFuture<Generation> future, LlavaErrorCode code) {
        assertThatThrownBy(future::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(
                        LlavaException.class, e -> assertThat(e.code()).isEqualTo(code));
        return assertThatThrownBy(future::join).cause();
    }
}
