package io.flinkllava.runtime.engine;

import java.nio.FloatBuffer;

/**
 * Takes the best token, as Hugging Face {@code generate} with {@code do_sample=False}; before
 * {@code min_new_tokens} the best that does not end the answer ({@code
 * MinNewTokensLengthLogitsProcessor}).
 */
final class GreedyChoice {

    private GreedyChoice() {}

    static int choose(Sequence sequence, StepScores scores, int index) {
        return sequence.mustGoOn()
                ? bestThatGoesOn(sequence, scores.logits(index))
                : scores.best(index);
    }

    private static int bestThatGoesOn(Sequence sequence, FloatBuffer logits) {
        int best = -1;
        float bestScore = Float.NEGATIVE_INFINITY;
        for (int token = 0; token < logits.limit(); token++) {
            float score = logits.get(token);
            if ((best < 0 || score > bestScore) && !sequence.endsWith(token)) {
                best = token;
                bestScore = score;
            }
        }
        return best;
    }
}
