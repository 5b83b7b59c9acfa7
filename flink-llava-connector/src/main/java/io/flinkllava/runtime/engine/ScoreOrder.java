package io.flinkllava.runtime.engine;

/**
 * Scores in their order, and of their indexes among equals, lowest first; put in order only as far
 * as somebody needs it. Sorting a large vocabulary would cost the engine's thread tens of
 * milliseconds at every token.
 */
final class ScoreOrder {

    /**
     * The score in the upper half of each number, in an order that integers share; the index below.
     */
    private long[] keys = {};

    private int size;

    /** Starts anew with the first of some scores; they are not needed any longer. */
    void start(float[] scores, int count) {
        if (keys.length < count) {
            keys = new long[scores.length];
        }
        size = count;
        for (int index = 0; index < count; index++) {
            // Adding 0 makes -0 the 0 that it equals.
            int bits = Float.floatToIntBits(scores[index] + 0f);
            int ordered = bits < 0 ? bits ^ Integer.MAX_VALUE : bits;
            keys[index] = ((long) ordered << Integer.SIZE) | index;
        }
    }

    int size() {
        return size;
    }

    /** Which score is at a place; its right place only as far as {@link #split} has seen to it. */
    int index(int place) {
        return (int) keys[place];
    }

    /**
     * Orders a stretch roughly: all before the returned place come before all from there on (a step
     * of Hoare's quickselect).
     *
     * @param from first place of the stretch
     * @param to behind its last; at least two places
     * @return strictly between both
     */
    int split(int from, int to) {
        long pivot = median(keys[from], keys[(from + to) >>> 1], keys[to - 1]);
        int low = from;
        int high = to - 1;
        while (true) {
            while (keys[low] < pivot) {
                low++;
            }
            while (keys[high] > pivot) {
                high--;
            }
            if (low >= high) {
                // The pivot itself goes up, unless everything else would.
                return low == from ? low + 1 : low;
            }
            long swapped = keys[low];
            keys[low] = keys[high];
            keys[high] = swapped;
            if (keys[low] == pivot) {
                high--;
            } else if (keys[high] == pivot) {
                low++;
            } else {
                low++;
                high--;
            }
        }
    }

    private static long median(long a, long b, long c) {
        return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
    }
}
