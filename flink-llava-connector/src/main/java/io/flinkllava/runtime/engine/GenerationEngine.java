package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Continuous micro-batching: one thread that admits, prefills, decodes one token for all running
 * rows, chooses, and finishes, over and over. Sequences join and leave between steps.
 *
 * <pre>
 * submit -> inbox -> waiting --a row--> prefilling --whole prompt--> running --last token--> future
 * </pre>
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
    private final KvRows rows;
    private final Tally tally;
    private final ScoreScratch scratch = new ScoreScratch();
    private final Thread thread;

    private final Deque<Sequence> waiting = new ArrayDeque<>();
    private final List<Sequence> prefilling = new ArrayList<>();
    private final List<Sequence> running = new ArrayList<>();
    private volatile int activeCount;
    private volatile Optional<LlavaException> fault = Optional.empty();

    private GenerationEngine(
            String name, StepExecutor executor, EngineLimits limits, LongSupplier clock) {
        this.executor = executor;
        this.limits = limits;
        this.clock = clock;
        this.scheduler = new Scheduler(limits, executor.abilities());
        this.inbox = new Inbox(limits.queued());
        this.rows = new KvRows(limits, executor.abilities());
        this.tally = new Tally(executor);
        this.thread = new Thread(this::run, "llava-engine-" + name);
        thread.setDaemon(true);
    }

    /**
     * Starts an engine, which from now on owns the executor and closes it when it ends. What the
     * executor did before is not counted.
     *
     * @param clock in nanoseconds, as {@link System#nanoTime}
     */
    public static GenerationEngine start(
            String name, StepExecutor executor, EngineLimits limits, LongSupplier clock) {
        GenerationEngine engine = new GenerationEngine(name, executor, limits, clock);
        engine.thread.start();
        return engine;
    }

    /** Queues a request that may take any time and that nobody watches. */
    public CompletableFuture<Generation> submit(GenerationRequest request) {
        Deadline never = Deadline.after(LlavaRequest.NO_LIMIT, clock.getAsLong());
        return submit(request, never, TokenObserver.NONE);
    }

    /** Queues one request; see {@link #submit(List, Deadline, TokenObserver)}. */
    public CompletableFuture<Generation> submit(
            GenerationRequest request, Deadline deadline, TokenObserver observer) {
        return submit(List.of(request), deadline, observer).get(0);
    }

    /**
     * Queues requests that belong together, all or none. The futures fail with a {@link
     * LlavaException}: INPUT if the prompt leaves no room for an answer, CAPACITY if the queue is
     * full or the deadline passes, MODEL if the engine is closed.
     *
     * @param observer sees every token of the first one as it is chosen
     */
    public List<CompletableFuture<Generation>> submit(
            List<GenerationRequest> requests, Deadline deadline, TokenObserver observer) {
        List<Sequence> sequences = new ArrayList<>(requests.size());
        try {
            for (GenerationRequest request : requests) {
                requireRoomForAnAnswer(request);
                TokenObserver hearing = sequences.isEmpty() ? observer : TokenObserver.NONE;
                sequences.add(
                        new Sequence(
                                request,
                                deadline,
                                hearing,
                                limits.sequenceLength(),
                                clock.getAsLong()));
            }
            inbox.put(sequences);
        } catch (LlavaException e) {
            return Collections.nCopies(requests.size(), CompletableFuture.failedFuture(e));
        }
        return sequences.stream().<CompletableFuture<Generation>>map(Sequence::future).toList();
    }

    private void requireRoomForAnAnswer(GenerationRequest request) {
        int length = request.prompt().length();
        if (length >= limits.sequenceLength()) {
            throw LlavaException.input(
                    "The prompt has "
                            + length
                            + " tokens, image tokens included, but a sequence holds "
                            + limits.sequenceLength()
                            + " with its answer: ask a shorter question or raise"
                            + " max-sequence-length");
        }
    }

    /** Whether a request would be refused now, so that nobody prepares it in vain. */
    public boolean isFull() {
        return inbox.isFull();
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
        return tally.snapshot(inbox.waiting(), activeCount);
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
                long start = clock.getAsLong();
                dropAbandoned();
                StepPlan plan = scheduler.plan(waiting, prefilling.size() + running.size(), start);
                if (plan instanceof StepPlan.Idle idle) {
                    inbox.await(idle.nanos());
                } else {
                    step();
                    tally.looped(clock.getAsLong() - start);
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

    private void step() {
        admit();
        prefill();
        dropAbandoned();
        if (!running.isEmpty()) {
            decode();
        }
    }

    private void admit() {
        while (!waiting.isEmpty() && rows.hasFree()) {
            Sequence sequence = waiting.remove();
            rows.occupy(sequence);
            prefilling.add(sequence);
            activeCount = prefilling.size() + running.size();
            inbox.left(1);
        }
    }

    /** Runs as much of prompts as may come between two decode steps. */
    private void prefill() {
        int left = scheduler.budget();
        Optional<PrefillChunk> next = scheduler.next(prefilling, rows, left);
        while (next.isPresent() && !inbox.isClosed()) {
            prefill(next.get());
            left = Math.max(0, left - next.get().tokens());
            dropAbandoned();
            next = scheduler.next(prefilling, rows, left);
        }
    }

    private void prefill(PrefillChunk chunk) {
        Sequence sequence = chunk.sequence();
        try {
            if (chunk.isFirst()) {
                begin(chunk);
            }
            boolean logits = chunk.isLast() && sequence.needsScores();
            StepScores scores =
                    timed(
                            () ->
                                    executor.prefill(
                                            sequence.row(),
                                            sequence.prompt(),
                                            chunk.from(),
                                            chunk.to(),
                                            logits));
            tally.prefilled(chunk.tokens());
            sequence.prefilled(chunk.to());
            rows.prefilled(sequence, chunk.to());
            if (chunk.isLast()) {
                prefilling.remove(sequence);
                running.add(sequence);
                accept(sequence, scores, 0);
            }
        } catch (RuntimeException e) {
            rows.forget(sequence);
            fail(sequence, e);
        }
    }

    private void begin(PrefillChunk chunk) {
        Sequence sequence = chunk.sequence();
        sequence.begin(clock.getAsLong());
        if (chunk.copiedFrom().isPresent()) {
            int source = chunk.copiedFrom().getAsInt();
            timed(
                    () -> {
                        executor.copyPrefix(source, sequence.row(), chunk.from());
                        return null;
                    });
            rows.used(source);
        }
        tally.reused(chunk.from());
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
        StepScores scores;
        try {
            scores = decode(List.of(sequence));
        } catch (RuntimeException e) {
            if (e instanceof LlavaException known && known.code() == LlavaErrorCode.CAPACITY) {
                // There is no smaller step: nothing will run until memory is given back.
                throw new BrokenExecutorException(known.code(), known.getMessage(), known);
            }
            rows.forget(sequence);
            fail(sequence, e);
            return;
        }
        accept(sequence, scores, 0);
    }

    private StepScores decode(List<Sequence> batch) {
        List<RowToken> inputs = new ArrayList<>(batch.size());
        boolean logits = false;
        for (Sequence sequence : batch) {
            inputs.add(new RowToken(sequence.row(), sequence.lastToken()));
            logits |= sequence.needsScores();
        }
        boolean withLogits = logits;
        StepScores scores = timed(() -> executor.decode(inputs, withLogits));
        tally.decoded(batch.size());
        return scores;
    }

    private <T> T timed(Supplier<T> step) {
        long start = clock.getAsLong();
        try {
            return step.get();
        } finally {
            tally.executed(clock.getAsLong() - start);
        }
    }

    /** Chooses the next token of a sequence, and finishes it if that was the last one. */
    private void accept(Sequence sequence, StepScores scores, int index) {
        try {
            int token = sequence.choose(scores, index, scratch);
            tally.generated();
            long now = clock.getAsLong();
            sequence.append(token, now)
                    .ifPresent(
                            reason -> {
                                finish(sequence, sequence.finish(reason, now));
                            });
        } catch (RuntimeException e) {
            fail(sequence, e);
        }
    }

    private void finish(Sequence sequence, Generation generation) {
        boolean awaited = count(sequence, tally::finished);
        release(sequence);
        if (awaited) {
            sequence.future().complete(generation);
        }
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
        boolean awaited = count(sequence, tally::failed);
        release(sequence);
        if (awaited) {
            sequence.future().completeExceptionally(failure);
        }
    }

    /**
     * Counts an end, before it can be seen in any other way: a request that has its answer, or that
     * neither waits nor runs, is in the counters.
     *
     * @return whether it is still for the engine to complete the future
     */
    private boolean count(Sequence sequence, Runnable end) {
        boolean awaited = sequence.future().claim();
        if (awaited) {
            end.run();
        } else {
            tally.cancelled();
        }
        return awaited;
    }

    /** Gives a row back; what is known to be in it stays warm. */
    private void release(Sequence sequence) {
        executor.release(sequence.row());
        rows.vacate(sequence);
        prefilling.remove(sequence);
        running.remove(sequence);
        activeCount = prefilling.size() + running.size();
    }

    /** Takes in what has arrived, and gives up what its caller has cancelled or what is late. */
    private void dropAbandoned() {
        waiting.addAll(inbox.drain());
        long now = clock.getAsLong();
        for (Sequence sequence : over(waiting, now)) {
            giveUp(
                    sequence,
                    () -> {
                        waiting.remove(sequence);
                        inbox.left(1);
                    });
        }
        for (Collection<Sequence> active : List.of(prefilling, running)) {
            for (Sequence sequence : over(active, now)) {
                giveUp(sequence, () -> release(sequence));
            }
        }
    }

    private static List<Sequence> over(Collection<Sequence> sequences, long now) {
        return sequences.stream()
                .filter(sequence -> sequence.isAbandoned() || sequence.deadline().isPast(now))
                .toList();
    }

    private void giveUp(Sequence sequence, Runnable leave) {
        boolean awaited = count(sequence, tally::late);
        leave.run();
        if (awaited) {
            sequence.future().completeExceptionally(sequence.deadline().exceeded());
        }
    }

    private void failAll(LlavaException reason) {
        waiting.addAll(inbox.drain());
        List<Sequence> left = new ArrayList<>(running);
        left.addAll(prefilling);
        left.addAll(waiting);
        List<Sequence> awaited =
                left.stream().filter(sequence -> count(sequence, tally::failed)).toList();
        inbox.left(waiting.size());
        running.clear();
        prefilling.clear();
        waiting.clear();
        activeCount = 0;
        awaited.forEach(sequence -> sequence.future().completeExceptionally(reason));
    }
}
