package io.flinkllava.runtime.engine;

import java.util.OptionalInt;

/**
 * A part of a prompt to run.
 *
 * @param from first position; those before are in the sequence's row, or are copied there first
 * @param to the position behind the last
 * @param copiedFrom the row whose first {@code from} positions are taken over
 */
record PrefillChunk(Sequence sequence, int from, int to, OptionalInt copiedFrom) {

    int tokens() {
        return to - from;
    }

    boolean isFirst() {
        return !sequence.isBegun();
    }

    boolean isLast() {
        return to == sequence.prompt().length();
    }
}
