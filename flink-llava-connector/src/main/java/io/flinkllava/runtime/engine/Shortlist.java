package io.flinkllava.runtime.engine;

/**
 * The tokens among which one is drawn, in the order of their ids, and their scores. What is out
 * takes no part any more: behind top-k there is little left to do. Memory for a whole vocabulary is
 * taken once and used for every draw.
 *
 * <p>Used by one thread.
 */
final class Shortlist {

    private int[] tokens = {};
    private float[] scores = {};
    private double[] weights = {};
    private final ScoreOrder order = new ScoreOrder();
    private int size;
    private boolean weighed;

    /** Starts anew with what is not out of {@code scores [vocabulary]}. */
    void read(float[] all) {
        if (tokens.length < all.length) {
            tokens = new int[all.length];
            scores = new float[all.length];
            weights = new double[all.length];
        }
        size = 0;
        weighed = false;
        for (int token = 0; token < all.length; token++) {
            if (all[token] > ScoreRule.OUT) {
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

    /** Orders the places by their scores, as far as somebody asks for it; until the next change. */
    ScoreOrder order() {
        order.start(scores, size);
        return order;
    }

    /** Rules a token out, which leaves with {@link #removeOut}. */
    void out(int place) {
        scores[place] = ScoreRule.OUT;
    }

    /** Closes the gaps. The most likely token never goes, so that weights stay what they are. */
    void removeOut() {
        int kept = 0;
        for (int i = 0; i < size; i++) {
            if (scores[i] > ScoreRule.OUT) {
                tokens[kept] = tokens[i];
                scores[kept] = scores[i];
                weights[kept++] = weights[i];
            }
        }
        size = kept;
    }

    /** How likely a token is, before {@link #total} makes a probability of it: 1 for the best. */
    double weight(int place) {
        weigh();
        return weights[place];
    }

    /** The weights of all, summed up in the order of ids. */
    double total() {
        weigh();
        double sum = 0;
        for (int i = 0; i < size; i++) {
            sum += weights[i];
        }
        return sum;
    }

    private void weigh() {
        if (weighed) {
            return;
        }
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
