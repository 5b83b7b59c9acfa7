package io.flinkllava.runtime.engine;

import java.util.Arrays;

/** What is drawn from, for all tokens, as transformers keeps it. */
final class Warping {

    private Warping() {}

    /** Scores behind a warper; what it took away is out. */
    static float[] apply(ScoreWarper warper, float[] scores) {
        Shortlist tokens = new Shortlist();
        tokens.read(scores);
        warper.apply(tokens);
        float[] warped = new float[scores.length];
        Arrays.fill(warped, ScoreRule.OUT);
        for (int i = 0; i < tokens.size(); i++) {
            warped[tokens.token(i)] = tokens.score(i);
        }
        return warped;
    }

    static double[] probabilities(float[] scores) {
        Shortlist tokens = new Shortlist();
        tokens.read(scores);
        double[] probabilities = new double[scores.length];
        for (int i = 0; i < tokens.size(); i++) {
            probabilities[tokens.token(i)] = tokens.probabilities()[i];
        }
        return probabilities;
    }
}
