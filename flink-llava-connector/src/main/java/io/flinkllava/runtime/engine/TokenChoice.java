package io.flinkllava.runtime.engine;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses the next token of one sequence: its rules first, then the best or a draw, as {@code
 * generate} of Hugging Face transformers. Where nothing but the best is asked for, the scores stay
 * on the device.
 *
 * <p>A draw depends on the seed and the place in the answer: a step that is repeated draws the
 * same.
 */
final class TokenChoice {

    private final List<ScoreRule> rules;
    private final boolean greedy;
    private final long seed;

    TokenChoice(GenerationRequest request) {
        this.rules = ScoreRules.of(request);
        this.greedy = request.parameters().sampling().isGreedy();
        this.seed = request.parameters().sampling().seed();
    }

    /** Whether all scores must come to the host. */
    boolean needsScores() {
        return !greedy || !rules.isEmpty();
    }

    int choose(StepScores step, int index, TokenHistory history) {
        if (!needsScores()) {
            return step.best(index);
        }
        FloatBuffer logits = step.logits(index);
        float[] scores = new float[logits.remaining()];
        logits.get(scores);
        rules.forEach(rule -> rule.apply(scores, history));
        return greedy ? best(scores) : draw(scores, history.answer().size());
    }

    private static int best(float[] scores) {
        int best = 0;
        for (int token = 1; token < scores.length; token++) {
            if (scores[token] > scores[best]) {
                best = token;
            }
        }
        return best;
    }

    private int draw(float[] scores, int place) {
        double[] probabilities = Softmax.of(scores);
        double left =
                new SplittableRandom(new SplittableRandom(seed).nextLong() + place).nextDouble();
        int last = 0;
        for (int token = 0; token < probabilities.length; token++) {
            if (probabilities[token] > 0) {
                last = token;
                left -= probabilities[token];
                if (left < 0) {
                    return token;
                }
            }
        }
        return last;
    }
}
