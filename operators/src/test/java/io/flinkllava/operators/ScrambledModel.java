package io.flinkllava.operators;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * A model that answers each request after a time of its own, so out of order. It fails by schedule
 * in the phases of an engine: in its queue, in prefill, between decode steps.
 */
final class ScrambledModel implements LlavaModel {

    /** Requests that all such models were asked. */
    static final AtomicInteger ASKED = new AtomicInteger();

    /** Requests that were neither answered nor given up. */
    private static final AtomicInteger RUNNING = new AtomicInteger();

    /** What the model of a job that started without changes is called. */
    static final String FIRST = "scrambled";

    private static final int DECODE_STEPS = 2;
    private static final int MOST_TOKENS_MORE = 5;

    private static volatile Pace pace = Pace.USUAL;

    private final String name;
    private final Function<LlavaRequest, LlavaAnswer.Text> answers;
    private final Random random = new Random(7);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

    ScrambledModel() {
        this(FIRST, request -> (LlavaAnswer.Text) Photo.answer(request));
    }

    /** A model that says what this function says, in its own words. */
    ScrambledModel(String name, Function<LlavaRequest, LlavaAnswer.Text> answers) {
        this.name = name;
        this.answers = answers;
    }

    static void clear() {
        ASKED.set(0);
        RUNNING.set(0);
        take(Pace.USUAL);
    }

    /** Whether one of them works. */
    static boolean areAsked() {
        return RUNNING.get() > 0;
    }

    /** How long all such models take from now on. */
    static void take(Pace value) {
        pace = value;
    }

    /**
     * What the model of this name makes of an answer, so that no other one says the same. How many
     * tokens it takes, and why it ends, differ from answer to answer.
     */
    static LlavaAnswer.Text said(String name, LlavaAnswer.Text answer) {
        String text = answer.text() + ", says " + name;
        List<Integer> tokens = new ArrayList<>(answer.tokenIds());
        tokens.add(name.hashCode());
        for (int more = Math.floorMod(text.hashCode(), MOST_TOKENS_MORE); more > 0; more--) {
            tokens.add(more);
        }
        return new LlavaAnswer.Text(
                text,
                tokens,
                answer.promptTokens(),
                tokens.size() % 2 == 0
                        ? LlavaAnswer.FinishReason.STOP
                        : LlavaAnswer.FinishReason.LENGTH,
                answer.timing());
    }

    /** What such a model calls its version. */
    static String fingerprint(String name) {
        return "version of " + name;
    }

    @Override
    public synchronized CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
        ASKED.incrementAndGet();
        Faults.at("queue");
        CompletableFuture<LlavaAnswer> future = new CompletableFuture<>();
        RUNNING.incrementAndGet();
        CompletableFuture<LlavaAnswer> unused =
                future.whenComplete((answer, problem) -> RUNNING.decrementAndGet());
        next(() -> step("prefill", request, future, DECODE_STEPS));
        return future;
    }

    private void step(
            String phase, LlavaRequest request, CompletableFuture<LlavaAnswer> future, int left) {
        try {
            visit(phase, future);
        } catch (Faults.InjectedFault e) {
            future.completeExceptionally(e);
            return;
        }
        if (left == 0) {
            future.complete(said(name, answers.apply(request)));
        } else {
            next(() -> step("decode", request, future, left - 1));
        }
    }

    /** No fault where nobody would hear of it. */
    private synchronized void visit(String phase, CompletableFuture<LlavaAnswer> future) {
        if (!clock.isShutdown() && !future.isDone()) {
            Faults.at(phase);
        }
    }

    private synchronized void next(Runnable step) {
        if (!clock.isShutdown()) {
            ScheduledFuture<?> unused =
                    clock.schedule(
                            step, random.nextInt(pace.longestStepMillis), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public ModelInfo info() {
        return new ModelInfo(name, fingerprint(name), "llava", Device.CPU, 8, 512);
    }

    @Override
    public EngineCounters counters() {
        return new EngineCounters(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, VisionCounters.NONE);
    }

    @Override
    public synchronized void close() {
        clock.shutdownNow();
    }

    /** How long a step may take. */
    enum Pace {
        /** Where each request waits for the one before it. */
        QUICK(2),
        USUAL(7),
        /** Requests wait in line. */
        SLOW(40);

        private final int longestStepMillis;

        Pace(int longestStepMillis) {
            this.longestStepMillis = longestStepMillis;
        }
    }
}
