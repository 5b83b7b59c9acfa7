package io.flinkllava.runtime.engine;

/**
 * The tokens among which one is drawn, in the order of their ids, and their scores. What is out
 * takes no part any more: behind top-k there is little left to do. Memory for a whole vocabulary is
 * taken once and used for every draw.
 *
 * <p>Used by one thread.
 */
final class Shortlist {

    private final ScoreOrder order = new ScoreOrder();
    private int[] tokens = {};
    private float[] scores = {};
    private int size;

    /** How likely each is, where the most likely, which never goes, is 1. */
    private double[] weights = {};

    private double[] probabilities = {};
    private float[] heap = {};
    private boolean weighed;

    /** Starts anew with what is not out of {@code scores [vocabulary]}. */
    void read(float[] all) {
        if (tokens.length < all.length) {
            tokens = new int[all.length];
            scores = new float[all.length];
            weights = new double[all.length];
            probabilities = new double[all.length];
        }
        size = 0;
        weighed = false;
        for (int token = 0; token < all.length; token++) {
            if (all[token] != ScoreRule.OUT) {
                tokens[size] = token;
                scores[size++] = all[token];
            }
        }
    }

    int size() {
        return size;
    }

    int token(int place) {
        return tokens[place];
    }

    float score(int place) {
        return scores[place];
    }

    /** Divides all scores. */
    void divide(float by) {
        weighed = false;
        for (int i = 0; i < size; i++) {
            scores[i] /= by;
        }
    }

    /**
     * The least of the best scores.
     *
     * @param count how many of them, from 1 to all
     */
    float leastOfBest(int count) {
        if (heap.length < count) {
            heap = new float[count];
        }
        System.arraycopy(scores, 0, heap, 0, count);
        for (int root = count / 2 - 1; root >= 0; root--) {
            sink(root, count);
        }
        for (int i = count; i < size; i++) {
            if (scores[i] > heap[0]) {
                heap[0] = scores[i];
                sink(0, count);
            }
        }
        return heap[0];
    }

    /** Has the least of a part of the heap come to its top. */
    private void sink(int root, int count) {
        float sinking = heap[root];
        int hole = root;
        int child = 2 * hole + 1;
        while (child < count) {
            if (child + 1 < count && heap[child + 1] < heap[child]) {
                child++;
            }
            if (heap[child] >= sinking) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
            child = 2 * hole + 1;
        }
        heap[hole] = sinking;
    }

    /** Orders the places by their scores, as far as somebody asks for it; until the next change. */
    ScoreOrder order() {
        order.start(scores, size);
        return order;
    }

    /** Rules a token out, which leaves with {@link #removeOut}. */
    void out(int place) {
        scores[place] = ScoreRule.OUT;
    }

    /**
     * Closes the gaps, also in probabilities that were asked for before. The most likely token must
     * not be out.
     */
    void removeOut() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (scores[i] != ScoreRule.OUT) {
                tokens[kept] = tokens[i];
                scores[kept] = scores[i];
                probabilities[kept] = probabilities[i];
                weights[kept++] = weights[i];
            }
        }
        size = kept;
    }

    /** The probability of each, among those that are there now; NaN where a score is no number. */
    double[] probabilities() {
        if (!weighed) {
            weigh();
        }
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weights[i];
        }
        for (int i = 0; i < size; i++) {
            probabilities[i] = weights[i] / sum;
        }
        return probabilities;
    }

    private void weigh() {
        weighed = true;
        float best = ScoreRule.OUT;
        for (int i = 0; i < size; i++) {
            best = Math.max(best, scores[i]);
        }
        for (int i = 0; i < size; i++) {
            weights[i] = Math.exp((double) scores[i] - best);
        }
    }
}
