package io.flinkllava.runtime.engine;

import java.nio.FloatBuffer;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Chooses the next token of one sequence: what rules and mask leave, then the best or a draw, as
 * {@code generate} of Hugging Face transformers. Where nothing but the best is asked for, the
 * scores stay on the device.
 *
 * <p>A draw depends on the seed and the place in the answer: a step that is repeated draws the
 * same.
 */
final class TokenChoice {

    private final List<ScoreRule> processors;
    private final List<ScoreRule> warpers;
    private final boolean masked;
    private final TokenMask.Walk walk;
    private final List<Integer> forced;
    private final int[] eosTokenIds;
    private final boolean greedy;
    private final long seed;
    private final boolean measured;

    private double sum;
    private double newest;

    TokenChoice(GenerationRequest request) {
        this.processors = ScoreRules.processors(request);
        this.warpers = ScoreRules.warpers(request);
        this.masked = request.mask() != TokenMask.NONE;
        this.walk = request.mask().start();
        this.forced = request.forced();
        this.eosTokenIds = request.eosTokenIds().stream().mapToInt(id -> id).sorted().toArray();
        this.greedy = request.parameters().sampling().isGreedy();
        this.seed = request.parameters().sampling().seed();
        this.measured = request.parameters().logProbability() || !forced.isEmpty();
    }

    /** Whether all scores must come to the host. */
    boolean needsScores() {
        return !greedy || !processors.isEmpty() || masked || measured;
    }

    /**
     * Chooses, and changes nothing: the token counts when it is appended.
     *
     * @param tokensLeft how many the answer may still get, this one included
     */
    int choose(StepScores step, int index, TokenHistory history, int tokensLeft) {
        if (!needsScores()) {
            return step.best(index);
        }
        FloatBuffer logits = step.logits(index);
        float[] scores = read(logits);
        int place = history.answer().size();
        if (!forced.isEmpty()) {
            return place < forced.size() ? take(scores, forced.get(place)) : takeEnd(scores);
        }
        processors.forEach(rule -> rule.apply(scores, history));
        float[] allowed = masked ? masked(scores, logits, tokensLeft) : scores;
        double total = measured ? Softmax.logSum(allowed) : 0;
        float[] warped = measured && !warpers.isEmpty() ? allowed.clone() : allowed;
        warpers.forEach(rule -> rule.apply(warped, history));
        int token = greedy ? best(warped) : draw(warped, place);
        newest = allowed[token] - total;
        return token;
    }

    /** Adds the newest token. */
    void append(int token) {
        walk.append(token);
        sum += newest;
    }

    /** That of all tokens so far, NaN unless asked for. */
    double logProbability() {
        return measured ? sum : Double.NaN;
    }

    /** The form of an answer stands above rules that leave nothing of it. */
    private float[] masked(float[] scores, FloatBuffer logits, int tokensLeft) {
        walk.restrict(scores, tokensLeft);
        for (float score : scores) {
            if (score > ScoreRule.OUT) {
                return scores;
            }
        }
        float[] plain = read(logits);
        walk.restrict(plain, tokensLeft);
        return plain;
    }

    private int take(float[] scores, int token) {
        newest = scores[token] - Softmax.logSum(scores);
        return token;
    }

    /** Whichever token ends the answer: what counts is that one does. */
    private int takeEnd(float[] scores) {
        float[] ends = new float[eosTokenIds.length];
        int likeliest = 0;
        for (int i = 0; i < ends.length; i++) {
            ends[i] = scores[eosTokenIds[i]];
            likeliest = ends[i] > ends[likeliest] ? i : likeliest;
        }
        newest = Softmax.logSum(ends) - Softmax.logSum(scores);
        return eosTokenIds[likeliest];
    }

    private static float[] read(FloatBuffer logits) {
        float[] scores = new float[logits.remaining()];
        logits.duplicate().get(scores);
        return scores;
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
