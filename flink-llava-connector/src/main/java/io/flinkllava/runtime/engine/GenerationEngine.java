package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

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
 * thread, but for those of requests that are refused at once or cancelled.
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
        // A model may outlive the job that opens it, and must not hold its class loader.
        this.thread = new Thread(null, this::run, "llava-engine-" + name, 0, false);
        thread.setContextClassLoader(GenerationEngine.class.getClassLoader());
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

    /**
     * Queues the parts of a request, which wait, succeed and fail together: the future completes
     * with all of them, in their order, or fails with a {@link LlavaException}: INPUT if a prompt
     * leaves no room for an answer, CAPACITY if the queue is full or the deadline passes, MODEL if
     * the engine is closed.
     *
     * @param parts at least one
     * @param observer sees every token of the first part as it is chosen
     */
    public CompletableFuture<List<Generation>> submit(
            List<GenerationRequest> parts, Deadline deadline, TokenObserver observer) {
        try {
            parts.forEach(part -> requireRoom(part.prompt().length()));
            SequenceGroup group =
                    new SequenceGroup(
                            parts, deadline, observer, limits.sequenceLength(), clock.getAsLong());
            inbox.put(group);
            return group.future();
        } catch (LlavaException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private void requireRoom(int length) {
        if (length >= limits.sequenceLength()) {
            throw tooLong(length, limits.sequenceLength());
        }
    }

    /** What a prompt fails with that leaves no room for an answer. */
    public static LlavaException tooLong(int promptTokens, int sequenceLength) {
        return LlavaException.input(
                "The prompt has "
                        + promptTokens
                        + " tokens, image tokens included, but a sequence holds "
                        + sequenceLength
                        + " with its answer: ask a shorter question or raise"
                        + " max-sequence-length");
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
        return counters(0);
    }

    /**
     * The same, with what waits elsewhere.
     *
     * @param inFront requests that are on their way here
     */
    public EngineCounters counters(int inFront) {
        return tally.snapshot(inFront + inbox.waiting(), activeCount);
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
            leaveQueue(sequence);
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
        SequenceGroup group = sequence.group();
        Optional<List<Generation>> all = group.finished(sequence, generation);
        boolean awaited = all.isPresent() && count(group, tally::finished);
        release(sequence);
        if (awaited) {
            group.future().complete(all.get());
        }
    }

    /** Fails the request; its other sequences are given up before the next step. */
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
        boolean awaited = count(sequence.group(), tally::failed);
        release(sequence);
        if (awaited) {
            sequence.group().future().completeExceptionally(failure);
        }
    }

    /**
     * Counts an end, once and before it can be seen in any other way: a request that has its
     * answer, or that neither waits nor runs, is in the counters.
     *
     * @return whether it is for the engine to complete the future now
     */
    private boolean count(SequenceGroup group, Runnable end) {
        if (!group.startCounting()) {
            return false;
        }
        boolean awaited = group.future().claim();
        if (awaited) {
            end.run();
        } else {
            tally.cancelled();
        }
        return awaited;
    }

    private void leaveQueue(Sequence sequence) {
        if (sequence.group().leaveQueue()) {
            inbox.left();
        }
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
        takeIn();
        long now = clock.getAsLong();
        for (Sequence sequence : over(waiting, now)) {
            giveUp(
                    sequence,
                    () -> {
                        waiting.remove(sequence);
                        leaveQueue(sequence);
                    });
        }
        for (Collection<Sequence> active : List.of(prefilling, running)) {
            for (Sequence sequence : over(active, now)) {
                giveUp(sequence, () -> release(sequence));
            }
        }
    }

    private void takeIn() {
        inbox.drain().forEach(group -> waiting.addAll(group.sequences()));
    }

    private static List<Sequence> over(Collection<Sequence> sequences, long now) {
        return sequences.stream()
                .filter(sequence -> sequence.isAbandoned() || sequence.deadline().isPast(now))
                .toList();
    }

    private void giveUp(Sequence sequence, Runnable leave) {
        boolean awaited = count(sequence.group(), tally::late);
        leave.run();
        if (awaited) {
            sequence.group().future().completeExceptionally(sequence.deadline().exceeded());
        }
    }

    private void failAll(LlavaException reason) {
        takeIn();
        Set<SequenceGroup> left = new LinkedHashSet<>();
        Stream.of(running, prefilling, waiting)
                .flatMap(Collection::stream)
                .forEach(sequence -> left.add(sequence.group()));
        left.forEach(group -> count(group, tally::failed));
        waiting.forEach(this::leaveQueue);
        running.clear();
        prefilling.clear();
        waiting.clear();
        activeCount = 0;
        // Also those that were counted already: what broke the engine may have been their end.
        left.forEach(group -> group.future().completeExceptionally(reason));
    }
}
