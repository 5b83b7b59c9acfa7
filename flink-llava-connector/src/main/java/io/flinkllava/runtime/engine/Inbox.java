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
    private final List<SequenceGroup> arrived = new ArrayList<>();
    private final int capacity;
    private int withoutRow;
    private LlavaException closedBecause;

    /**
     * Makes an empty inbox.
     *
     * @param capacity requests of which a sequence may be without a row, here or in the engine's
     *     own queue
     */
    Inbox(int capacity) {
        this.capacity = capacity;
    }

    /**
     * Leaves a request for the engine. However many sequences it has, it takes one place.
     *
     * @throws LlavaException if there is no room, or nobody comes any more
     */
    void put(SequenceGroup group) {
        lock.lock();
        try {
            if (closedBecause != null) {
                // One of its own for each who is refused: a shared one would mix stack traces.
                throw new LlavaException(
                        closedBecause.code(), closedBecause.getMessage(), closedBecause);
            }
            if (withoutRow == capacity) {
                throw LlavaException.queueIsFull();
            }
            withoutRow++;
            arrived.add(group);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /** Takes everything that has arrived, without waiting. */
    List<SequenceGroup> drain() {
        lock.lock();
        try {
            List<SequenceGroup> taken = List.copyOf(arrived);
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

    /** All of a request got a row or was given up: there is room again. */
    void left() {
        lock.lock();
        try {
            withoutRow--;
        } finally {
            lock.unlock();
        }
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
