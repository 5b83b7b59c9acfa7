package io.flinkllava.runtime.engine;

/** Scores to probabilities. */
final class Softmax {

    private Softmax() {}

    /** Probabilities of {@code scores [vocabulary]}; of minus infinity it is 0. */
    static double[] of(float[] scores) {
        float best = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            best = Math.max(best, score);
        }
        double[] probabilities = new double[scores.length];
        double sum = 0;
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] = Math.exp((double) scores[i] - best);
            sum += probabilities[i];
        }
        for (int i = 0; i < scores.length; i++) {
            probabilities[i] /= sum;
        }
        return probabilities;
    }

    /** {@code log(sum(exp(scores)))}: what a score loses to become a log-probability. */
    static double logSum(float[] scores) {
        float best = Float.NEGATIVE_INFINITY;
        for (float score : scores) {
            best = Math.max(best, score);
        }
        double sum = 0;
        for (float score : scores) {
            sum += Math.exp((double) score - best);
        }
        return best + Math.log(sum);
    }
}
