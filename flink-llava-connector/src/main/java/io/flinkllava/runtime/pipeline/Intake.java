package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.engine.Deadline;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;

/**
 * Where requests wait as they came. A prepared picture is many times its file, so only as many
 * requests are open, that is in preparation or in the engine, as keep the engine busy; when one is
 * over, the next in line is prepared. Nobody's thread waits.
 *
 * <p>Thread-safe.
 */
final class Intake {

    private final ModelThreads threads;
    private final int capacity;
    private final int mostOpen;
    private final Set<Entry> waiting = new LinkedHashSet<>();
    private int open;
    private int preparing;
    private Optional<LlavaAnswer> refusal = Optional.empty();

    /**
     * Makes an empty one.
     *
     * @param threads which prepare
     * @param capacity requests that may wait here beside those that are about to be open
     * @param mostOpen requests that may be prepared and not answered, at least 1
     */
    Intake(ModelThreads threads, int capacity, int mostOpen) {
        this.threads = threads;
        this.capacity = capacity;
        this.mostOpen = mostOpen;
    }

    /**
     * Takes a request in line. If its answer is completed while it waits, cancelled for example, it
     * leaves; if its time is over, that is its answer.
     *
     * @param preparation what to do at its turn; must complete the answer sooner or later
     * @return whether there was room
     */
    boolean offer(CompletableFuture<LlavaAnswer> answer, Deadline deadline, Runnable preparation) {
        Entry entry = new Entry(answer, preparation);
        synchronized (this) {
            if (isClosed() || waiting.size() >= capacity + mostOpen - open) {
                return false;
            }
            waiting.add(entry);
        }
        var unused = answer.whenComplete((given, fault) -> over(entry));
        prepareNext();
        synchronized (this) {
            if (!isClosed() && waiting.contains(entry) && !deadline.isNever()) {
                entry.alarm =
                        Optional.of(
                                threads.tellAfter(
                                        deadline.nanos() - System.nanoTime(),
                                        () -> entry.fail(deadline.exceeded())));
            }
        }
        return true;
    }

    /** Requests that are not in the engine yet. */
    synchronized int waiting() {
        return waiting.size() + preparing;
    }

    synchronized boolean isClosed() {
        return refusal.isPresent();
    }

    /** Takes in nothing more, and answers what waits; what is in preparation goes on. */
    void close(LlavaAnswer answer) {
        List<Entry> left;
        synchronized (this) {
            refusal = Optional.of(answer);
            left = List.copyOf(waiting);
        }
        left.forEach(entry -> entry.answer.complete(answer));
    }

    private void over(Entry entry) {
        synchronized (this) {
            if (waiting.remove(entry)) {
                entry.alarm.ifPresent(alarm -> alarm.cancel(false));
            } else {
                open--;
            }
        }
        prepareNext();
    }

    private void prepareNext() {
        for (Optional<Entry> next = next(); next.isPresent(); next = next()) {
            Entry entry = next.get();
            try {
                threads.preparing().execute(() -> prepare(entry));
            } catch (RejectedExecutionException e) {
                // Closed in between.
                prepared();
                entry.answer.complete(refusal.orElseThrow(() -> e));
            }
        }
    }

    private synchronized Optional<Entry> next() {
        if (isClosed() || open == mostOpen || waiting.isEmpty()) {
            return Optional.empty();
        }
        Entry entry = waiting.iterator().next();
        waiting.remove(entry);
        entry.alarm.ifPresent(alarm -> alarm.cancel(false));
        open++;
        preparing++;
        return Optional.of(entry);
    }

    private void prepare(Entry entry) {
        try {
            entry.preparation.run();
        } catch (Throwable e) {
            entry.fail(e);
        } finally {
            prepared();
        }
    }

    private synchronized void prepared() {
        preparing--;
    }

    /** A request in line. */
    private static final class Entry {

        private final CompletableFuture<LlavaAnswer> answer;
        private final Runnable preparation;
        private Optional<Future<?>> alarm = Optional.empty();

        Entry(CompletableFuture<LlavaAnswer> answer, Runnable preparation) {
            this.answer = answer;
            this.preparation = preparation;
        }

        void fail(Throwable fault) {
            answer.complete(LlavaAnswer.Failure.of(fault));
        }
    }
}
