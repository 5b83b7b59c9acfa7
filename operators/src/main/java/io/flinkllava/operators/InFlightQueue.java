package io.flinkllava.operators;

import org.apache.flink.util.function.ThrowingConsumer;
import org.apache.flink.util.function.ThrowingRunnable;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Requests between their arrival and their emission, and the order in which they may leave.
 *
 * <p>The queue is cut into segments. Within one, whoever is finished first leaves first; a segment
 * leaves before the next one. A fence (a watermark, say) ends a segment and leaves right after it.
 * If order is asked for, every request is a segment of its own.
 *
 * <p>Not thread-safe. Requests are told apart by identity.
 */
final class InFlightQueue<R> {

    private final boolean ordered;
    private final Deque<Segment<R>> segments = new ArrayDeque<>();
    private final IdentityHashMap<R, Segment<R>> running = new IdentityHashMap<>();
    private int size;

    InFlightQueue(boolean ordered) {
        this.ordered = ordered;
    }

    /** Adds a request that just arrived. */
    void add(R request) {
        Segment<R> segment = segments.peekLast();
        if (segment == null || ordered || !segment.fences.isEmpty()) {
            segment = new Segment<>();
            segments.add(segment);
        }
        segment.requests.add(request);
        running.put(request, segment);
        size++;
    }

    /** Adds an action that waits for all that came before it, and that nothing after it passes. */
    void fence(ThrowingRunnable<Exception> action) {
        if (segments.isEmpty()) {
            segments.add(new Segment<>());
        }
        segments.getLast().fences.add(action);
    }

    /**
     * Marks a request as ready to leave.
     *
     * @return false if it is not running: it was finished before
     */
    boolean finish(R request) {
        Segment<R> segment = running.remove(request);
        if (segment == null) {
            return false;
        }
        segment.finished.add(request);
        return true;
    }

    /** Whether a request was added and is not finished. */
    boolean isRunning(R request) {
        return running.containsKey(request);
    }

    /** Requests that are not finished, in no order. */
    Set<R> running() {
        return running.keySet();
    }

    /** Whether {@link #emitNext} has something to emit. */
    boolean hasNext() {
        Segment<R> head = segments.peek();
        return head != null && (!head.finished.isEmpty() || head.requests.isEmpty());
    }

    /** Removes the request or fence whose turn it is, and hands it on. Does nothing without one. */
    void emitNext(ThrowingConsumer<R, Exception> requests) throws Exception {
        Segment<R> head = segments.peek();
        if (head == null) {
            return;
        }
        if (!head.finished.isEmpty()) {
            R request = head.finished.remove();
            head.requests.remove(request);
            size--;
            dropIfSpent(head);
            requests.accept(request);
        } else if (head.requests.isEmpty()) {
            ThrowingRunnable<Exception> fence = head.fences.remove();
            dropIfSpent(head);
            fence.run();
        }
    }

    private void dropIfSpent(Segment<R> head) {
        if (head.requests.isEmpty() && head.fences.isEmpty()) {
            segments.remove();
        }
    }

    /** Requests that have not left, oldest first. */
    List<R> requests() {
        List<R> all = new ArrayList<>(size);
        segments.forEach(segment -> all.addAll(segment.requests));
        return all;
    }

    /** Number of requests that have not left. */
    int size() {
        return size;
    }

    /** Whether neither request nor fence is left. */
    boolean isEmpty() {
        return segments.isEmpty();
    }

    /** A stretch without order; never without requests and fences at once. */
    private static final class Segment<R> {
        /** All that have not left, oldest first. */
        final Set<R> requests = new LinkedHashSet<>();

        final Deque<R> finished = new ArrayDeque<>();
        final Deque<ThrowingRunnable<Exception>> fences = new ArrayDeque<>();
    }
}
