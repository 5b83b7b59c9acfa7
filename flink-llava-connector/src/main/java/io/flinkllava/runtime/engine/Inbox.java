package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaException;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Where requests wait for the engine's thread to take them in. */
final class Inbox {

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final List<Sequence> arrived = new ArrayList<>();
    private final int capacity;
    private int withoutRow;
    private LlavaException closedBecause;

    /**
     * Makes an empty inbox.
     *
     * @param capacity sequences that may be without a row, here or in the engine's own queue
     */
    Inbox(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Leaves sequences for the engine, all or none. What belongs together is let in as long as
     * there is room for one, so that nothing is too large for ever.
     *
     * @throws LlavaException if there is no room, or nobody comes any more
     */
    void put(List<Sequence> sequences) {
        lock.lock();
        try {
            if (closedBecause != null) {
                // One of its own for each who is refused: a shared one would mix stack traces.
                throw new LlavaException(
                        closedBecause.code(), closedBecause.getMessage(), closedBecause);
            }
            if (withoutRow >= capacity) {
                throw LlavaException.queueIsFull();
            }
            withoutRow += sequences.size();
            arrived.addAll(sequences);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything that has arrived, without waiting. */
    List<Sequence> drain() {
        lock.lock();
        try {
            List<Sequence> taken = List.copyOf(arrived);
            arrived.clear();
            return taken;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until something arrives, the inbox closes or the time is over. */
    void await(long nanos) throws InterruptedException {
        lock.lock();
        try {
            long left = nanos;
            while (arrived.isEmpty() && closedBecause == null && left > 0) {
                left = changed.awaitNanos(left);
            }
        } finally {
            lock.unlock();
        }
    }

    /** So many sequences got a row or were given up: there is room again. */
    void left(int sequences) {
        lock.lock();
        try {
            withoutRow -= sequences;
        } finally {
            lock.unlock();
        }
    }

    /** Whether there is no room. */
    boolean isFull() {
        return waiting() >= capacity;
    }

    int waiting() {
        lock.lock();
        try {
            return withoutRow;
        } finally {
            lock.unlock();
        }
    }

    /** Refuses what comes from now on. The first reason stands. */
    void close(LlavaException reason) {
        lock.lock();
        try {
            if (closedBecause == null) {
                closedBecause = reason;
            }
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    boolean isClosed() {
        lock.lock();
        try {
            return closedBecause != null;
        } finally {
            lock.unlock();
        }
    }
}
