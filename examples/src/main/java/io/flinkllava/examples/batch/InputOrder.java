package io.flinkllava.examples.batch;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.Queue;

/** Hands answers on in the order of their requests; holds those that came early. */
final class InputOrder {

    private final Queue<AnswerRow> early =
            new PriorityQueue<>(Comparator.comparingLong(AnswerRow::position));
    private long next;

    void add(AnswerRow row) {
        early.add(row);
    }

    /** The next answer in order, or null if it is still to come. */
    AnswerRow poll() {
        AnswerRow first = early.peek();
        if (first == null || first.position() != next) {
            return null;
        }
        next++;
        return early.remove();
    }
}
