package io.flinkllava.runtime.engine;

/** Scores to log-probabilities. */
final class Softmax {

    private Softmax() {}

    /** {@code log(sum(exp(scores)))}: what a score loses to become a log-probability. */
    static double logSum(float[] scores) {
        float best = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            best = Math.max(best, score);
        }
        double sum = 0;
        for (float score : scores) {
            if (score > ScoreRule.OUT) {
                sum += Math.exp((double) score - best);
            }
        }
        return best + Math.log(sum);
    }
}
