package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/**
 * Continuous micro-batching: one thread that admits, prefills, decodes one token for all running
 * rows, chooses, and finishes, over and over. Sequences join and leave between steps.
 *
 * <p>Threading: {@link #submit}, {@link #counters} and {@link #close} may be called from anywhere;
 * everything else, the executor included, belongs to the engine's thread. Futures complete on that
 * thread.
 *
 * <p>Every request completes exactly once: with its tokens, with a {@link LlavaException}, or by
 * being cancelled. What fails in one request fails that request alone.
 */
public final class GenerationEngine implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(GenerationEngine.class);

    private final StepExecutor executor;
    private final EngineLimits limits;
    private final LongSupplier clock;
    private final Scheduler scheduler;
    private final Inbox inbox;
    private final Tally tally = new Tally();
    private final Thread thread;

    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> running = new ArrayList<>();
    private final BitSet usedRows = new BitSet();
    private volatile int runningCount;
    private volatile Optional<LlavaException> fault = Optional.empty();

    private GenerationEngine(
            String name, StepExecutor executor, EngineLimits limits, LongSupplier clock) {
        this.executor = executor;
        this.limits = limits;
        this.clock = clock;
        this.scheduler = new Scheduler(limits);
        this.inbox = new Inbox(limits.queued());
        this.thread = new Thread(this::run, "llava-engine-" + name);
        thread.setDaemon(true);
    }

    /**
     * Starts an engine, which from now on owns the executor and closes it when it ends.
     *
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    public static GenerationEngine start(
            String name, StepExecutor executor, EngineLimits limits, LongSupplier clock) {
        GenerationEngine engine = new GenerationEngine(name, executor, limits, clock);
        engine.thread.start();
        return engine;
    }

    /**
     * Queues a request. The future fails with a {@link LlavaException}: INPUT if the prompt leaves
     * no room for an answer, CAPACITY if the queue is full, MODEL if the engine is closed.
     */
    public CompletableFuture<Generation> submit(GenerationRequest request) {
        int length = request.prompt().length();
        if (length >= limits.sequenceLength()) {
            return CompletableFuture.failedFuture(
                    LlavaException.input(
                            "The prompt has "
                                    + length
                                    + " tokens, image tokens included, but a sequence holds "
                                    + limits.sequenceLength()
                                    + " with its answer: ask a shorter question or raise"
                                    + " max-sequence-length"));
        }
        Sequence sequence = new Sequence(request, limits.sequenceLength(), clock.getAsLong());
        try {
            inbox.put(sequence);
        } catch (LlavaException e) {
            return CompletableFuture.failedFuture(e);
        }
        return sequence.future();
    }

    /** Whether it takes requests: not any more once it was closed or its executor broke. */
    public boolean isRunning() {
        return !inbox.isClosed();
    }

    /** Why it stopped, unless it was closed. */
    public Optional<LlavaException> fault() {
        return fault;
    }

    public EngineCounters counters() {
        return tally.snapshot(
                inbox.waiting(), runningCount, executor.transfers(), executor.vision());
    }

    /** Fails what is left, after the current step, and closes the executor. Idempotent. */
    @Override
    public void close() {
        inbox.close(closedException());
        if (Thread.currentThread() == thread) {
            return;
        }
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                // Native memory is in use until the step is over: remember, and wait on.
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    static LlavaException closedException() {
        return LlavaException.model("The model was closed before it answered");
    }

    private void run() {
        LlavaException end = closedException();
        try (executor) {
            while (!inbox.isClosed()) {
                waiting.addAll(inbox.drain());
                dropAbandoned();
                StepPlan plan = scheduler.plan(waiting, running.size(), clock.getAsLong());
                if (plan instanceof StepPlan.Step step) {
                    run(step);
                } else if (plan instanceof StepPlan.Idle idle) {
                    inbox.await(idle.nanos());
                }
            }
        } catch (Throwable cause) {
            LOG.error("The engine stopped", cause);
            end =
                    cause instanceof LlavaException known
                            ? known
                            : new LlavaException(
                                    LlavaErrorCode.UNAVAILABLE,
                                    "The engine stopped: " + cause,
                                    cause);
            fault = Optional.of(end);
        } finally {
            inbox.close(end);
            failAll(end);
        }
    }

    private void run(StepPlan.Step step) {
        step.prefills().forEach(this::prefill);
        dropAbandoned();
        if (!running.isEmpty()) {
            decode();
        }
    }

    private void prefill(Sequence sequence) {
        waiting.remove(sequence);
        inbox.left(1);
        int row = usedRows.nextClearBit(0);
        sequence.start(row, clock.getAsLong());
        usedRows.set(row);
        running.add(sequence);
        runningCount = running.size();
        try {
            StepScores scores = executor.prefill(row, sequence.prompt(), sequence.needsScores());
            tally.prefilled(sequence.prompt().length());
            accept(sequence, scores, 0);
        } catch (RuntimeException e) {
            fail(sequence, e);
        }
    }

    private void decode() {
        List<Sequence> batch = List.copyOf(running);
        StepScores scores;
        try {
            scores = decode(batch);
        } catch (BrokenExecutorException e) {
            throw e;
        } catch (RuntimeException e) {
            // One of them is to blame; a step can be repeated, since it writes the same positions.
            batch.forEach(this::decodeAlone);
            return;
        }
        for (int i = 0; i < batch.size(); i++) {
            accept(batch.get(i), scores, i);
        }
    }

    private void decodeAlone(Sequence sequence) {
        try {
            accept(sequence, decode(List.of(sequence)), 0);
        } catch (RuntimeException e) {
            if (e instanceof LlavaException known && known.code() == LlavaErrorCode.CAPACITY) {
                // There is no smaller step: nothing will run until memory is given back.
                throw new BrokenExecutorException(known.code(), known.getMessage(), known);
            }
            fail(sequence, e);
        }
    }

    private StepScores decode(List<Sequence> batch) {
        List<RowToken> inputs = new ArrayList<>(batch.size());
        boolean logits = false;
        for (Sequence sequence : batch) {
            inputs.add(new RowToken(sequence.row(), sequence.lastToken()));
            logits |= sequence.needsScores();
        }
        StepScores scores = executor.decode(inputs, logits);
        tally.decoded(batch.size());
        return scores;
    }

    private void accept(Sequence sequence, StepScores scores, int index) {
        int token = sequence.choose(scores, index);
        tally.generated();
        long now = clock.getAsLong();
        sequence.append(token, now)
                .ifPresent(
                        reason -> {
                            Generation generation = sequence.finish(reason, now);
                            if (sequence.future().complete(generation)) {
                                tally.finished();
                            } else {
                                tally.failed();
                            }
                            release(sequence);
                        });
    }

    private void fail(Sequence sequence, RuntimeException cause) {
        if (cause instanceof BrokenExecutorException broken) {
            throw broken;
        }
        LlavaException failure =
                cause instanceof LlavaException known
                        ? known
                        : new LlavaException(
                                LlavaErrorCode.INTERNAL, "A step failed: " + cause, cause);
        LOG.debug("A request failed", cause);
        sequence.future().completeExceptionally(failure);
        tally.failed();
        release(sequence);
    }

    private void release(Sequence sequence) {
        usedRows.clear(sequence.row());
        running.remove(sequence);
        runningCount = running.size();
    }

    /** Gives up what its caller has cancelled. */
    private void dropAbandoned() {
        for (Sequence sequence : List.copyOf(running)) {
            if (sequence.isAbandoned()) {
                tally.failed();
                release(sequence);
            }
        }
        for (Iterator<Sequence> i = waiting.iterator(); i.hasNext(); ) {
            if (i.next().isAbandoned()) {
                i.remove();
                inbox.left(1);
                tally.failed();
            }
        }
    }

    private void failAll(LlavaException reason) {
        List<Sequence> left = new ArrayList<>(running);
        left.addAll(waiting);
        left.addAll(inbox.drain());
        for (Sequence sequence : left) {
            sequence.future().completeExceptionally(reason);
            tally.failed();
        }
        running.clear();
        waiting.clear();
    }
}
