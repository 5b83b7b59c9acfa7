package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.ScriptedExecutor.Stage;
import io.flinkllava.runtime.engine.StepExecutor.Abilities;
import io.flinkllava.runtime.image.TestVisuals;
import io.flinkllava.runtime.image.VisualInput;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Random schedules over a model that can be computed by hand, and that keeps rows as a KV cache
 * does: of prompts that begin like each other, with pictures, cancelled, late, or failing at any
 * stage. Whatever happens, every request completes once, as it would alone.
 */
class EngineScheduleTest {

    /** The soak test of the engine is the same with more of them. */
    private static final int SCHEDULES = Integer.getInteger("engine.schedules", 2000);

    private static final int LENGTH = 200;

    @Test
    void everyRequestCompletesOnceAndAsItWouldAlone() {
        long reused = 0;
        for (int seed = 0; seed < SCHEDULES; seed++) {
            reused += new Schedule(seed, stage -> {}).run().prefixes().tokens();
        }
        assertThat(reused).as("tokens taken over").isPositive();
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"COPY", "PREFILL", "DECODE", "SCORES"})
    void aFaultFailsItsOwnRequestAlone(Stage stage) {
        int faults = 0;
        for (int seed = 0; seed < SCHEDULES / 20; seed++) {
            AtomicInteger calls = new AtomicInteger();
            int period = 1 + seed % 23;
            Schedule schedule =
                    new Schedule(
                            seed,
                            at -> {
                                if (at == stage && calls.incrementAndGet() % period == 0) {
                                    throw new IllegalStateException("injected at " + at);
                                }
                            });
            schedule.mayFail = true;
            schedule.run();
            faults += schedule.injected;
        }
        assertThat(faults).as("requests that failed").isPositive();
    }

    /** A schedule of some requests from one thread against one engine. */
    private static final class Schedule {

        private final Random random;
        private final ScriptedExecutor executor;
        private final EngineLimits limits;
        private final List<int[]> beginnings = new ArrayList<>();
        private final List<Submitted> submitted = new ArrayList<>();
        private boolean mayFail;
        private int injected;

        Schedule(long seed, ScriptedExecutor.Faults faults) {
            random = new Random(seed);
            boolean chunks = random.nextInt(8) > 0;
            executor = new ScriptedExecutor(new Abilities(chunks, chunks && random.nextBoolean()));
            executor.failWith(faults);
            limits =
                    new EngineLimits(
                            1 + random.nextInt(5),
                            LENGTH,
                            1 + random.nextInt(80),
                            Duration.ofNanos(random.nextInt(50_000)),
                            1000,
                            random.nextInt(8) > 0);
            for (int i = 0; i < 3; i++) {
                beginnings.add(words(20 + random.nextInt(60)));
            }
        }

        EngineCounters run() {
            int requests = 4 + random.nextInt(20);
            GenerationEngine engine =
                    GenerationEngine.start("test", executor, limits, System::nanoTime);
            try (engine) {
                for (int i = 0; i < requests; i++) {
                    submit(engine);
                    if (random.nextInt(6) == 0) {
                        submitted.get(random.nextInt(submitted.size())).settle();
                    }
                }
                submitted.forEach(Submitted::settle);
            }
            EngineCounters counters = engine.counters();
            check(counters);
            return counters;
        }

        private void submit(GenerationEngine engine) {
            List<GenerationRequest> parts = parts();
            boolean late = random.nextInt(12) == 0;
            Duration limit = late ? Duration.ZERO : Duration.ofHours(1);
            List<Integer> observed = new ArrayList<>();
            CompletableFuture<List<Generation>> future =
                    engine.submit(parts, Deadline.after(limit, System.nanoTime()), observed::add);
            Submitted one = new Submitted(parts, future, observed);
            one.late = late;
            submitted.add(one);
            if (random.nextInt(10) == 0) {
                one.cancelled = future.cancel(false);
            }
        }

        /** One answer, or now and then several of different lengths. */
        private List<GenerationRequest> parts() {
            Prompt prompt = prompt();
            List<GenerationRequest> parts = new ArrayList<>();
            do {
                int max = 1 + random.nextInt(12);
                int min = random.nextBoolean() ? 0 : max;
                parts.add(Requests.of(prompt, max, min, Set.of(ScriptedExecutor.EOS)));
            } while (random.nextInt(4) == 0);
            return parts;
        }

        /** Begins like others do, perhaps with a picture, and goes on in its own way. */
        private Prompt prompt() {
            int[] beginning = beginnings.get(random.nextInt(beginnings.size()));
            int shared = random.nextInt(beginning.length + 1);
            VisualInput picture = TestVisuals.of(1 + random.nextInt(2) * 20, random.nextInt(2));
            int[] own = words(1 + random.nextInt(30));
            boolean sees = random.nextBoolean();
            IntStream ids = IntStream.of(beginning).limit(shared);
            if (sees) {
                int tokens = picture.tokens();
                ids =
                        IntStream.concat(
                                ids,
                                IntStream.generate(() -> ScriptedExecutor.IMAGE).limit(tokens));
            }
            return Prompt.of(
                    IntStream.concat(ids, IntStream.of(own)).toArray(),
                    sees ? List.of(picture) : List.of(),
                    id -> id == ScriptedExecutor.IMAGE);
        }

        private int[] words(int count) {
            return random.ints(count, 1, 4).toArray();
        }

        private void check(EngineCounters counters) {
            for (Submitted one : submitted) {
                one.check(mayFail);
                injected += one.failed ? 1 : 0;
            }
            assertThat(executor.isClosed()).isTrue();
            assertThat(counters.waiting()).isZero();
            assertThat(counters.running()).isZero();
            assertThat(counters.finished() + counters.failed()).isEqualTo(submitted.size());
            assertThat(counters.cancelled())
                    .isEqualTo(submitted.stream().filter(one -> one.cancelled).count());
            assertThat(counters.late())
                    .isEqualTo(
                            submitted.stream().filter(one -> one.late && !one.cancelled).count());
            if (executor.abilities().chunks()) {
                assertThat(executor.mostTokensBetweenDecodes())
                        .as("prompt tokens between two tokens of an answer")
                        .isLessThanOrEqualTo(
                                Math.max(Scheduler.LEAST_BUDGET, limits.prefillTokens()));
            }
            checkOrder();
        }

        /** First come, first served: only who waits for what others compute is overtaken. */
        private void checkOrder() {
            Map<Prompt, Integer> begun = new HashMap<>();
            executor.begun.forEach(prompt -> begun.putIfAbsent(prompt, begun.size()));
            List<Integer> order =
                    submitted.stream()
                            .map(one -> begun.get(one.parts.get(0).prompt()))
                            .filter(place -> place != null)
                            .toList();
            for (int i = 0; i < order.size(); i++) {
                int place = order.get(i);
                long overtaking =
                        order.subList(i + 1, order.size()).stream()
                                .filter(later -> later < place)
                                .count();
                assertThat(overtaking).as("overtaken by").isLessThan(limits.rows());
            }
        }
    }

    /** A request and what became of it. */
    private static final class Submitted {

        private final List<GenerationRequest> parts;
        private final CompletableFuture<List<Generation>> future;
        private final List<Integer> observed;
        private boolean cancelled;
        private boolean late;
        private boolean failed;

        Submitted(
                List<GenerationRequest> parts,
                CompletableFuture<List<Generation>> future,
                List<Integer> observed) {
            this.parts = parts;
            this.future = future;
            this.observed = observed;
        }

        void settle() {
            future.handle((generations, fault) -> generations).join();
        }

        void check(boolean mayFail) {
            assertThat(future).isDone();
            if (cancelled) {
                assertThat(future).isCancelled();
                return;
            }
            LlavaException failure = failure();
            if (failure == null) {
                List<List<Integer>> tokens =
                        future.join().stream().map(Generation::tokenIds).toList();
                assertThat(tokens).isEqualTo(parts.stream().map(ScriptedExecutor::answer).toList());
                assertThat(observed).isEqualTo(tokens.get(0));
            } else if (late) {
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.CAPACITY);
                assertThat(observed).isEmpty();
            } else {
                assertThat(mayFail).as("%s", failure.getMessage()).isTrue();
                assertThat(failure).hasMessageContaining("injected");
                failed = true;
            }
        }

        private LlavaException failure() {
            try {
                future.join();
                return null;
            } catch (CompletionException e) {
                return (LlavaException) e.getCause();
            }
        }
    }
}
