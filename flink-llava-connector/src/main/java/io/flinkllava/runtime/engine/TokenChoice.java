package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaException;

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
    private final List<ScoreWarper> warpers;
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
     * @throws LlavaException INTERNAL if the scores are no numbers, INPUT if the request leaves
     *     nothing to choose from
     */
    int choose(
            StepScores step,
            int index,
            TokenHistory history,
            int tokensLeft,
            ScoreScratch scratch) {
        if (!needsScores()) {
            return step.best(index);
        }
        FloatBuffer logits = step.logits(index);
        float[] scores = scratch.read(logits);
        if (greedy || !forced.isEmpty()) {
            requireNumbers(scores);
        }
        int place = history.answer().size();
        if (!forced.isEmpty()) {
            return place < forced.size() ? take(scores, forced.get(place)) : takeEnd(scores);
        }
        processors.forEach(rule -> rule.apply(scores, history));
        if (masked) {
            mask(scores, tokensLeft, () -> scratch.read(logits));
        }
        if (areAllOut(scores)) {
            throw LlavaException.input(
                    "The rules of the request leave no token to go on with: forbid less");
        }
        double total = measured ? Softmax.logSum(scores) : 0;
        int token = greedy ? best(scores) : draw(scores, place, scratch.shortlist());
        newest = scores[token] - total;
        return token;
    }

    private static void requireNumbers(float[] scores) {
        boolean areNumbers = true;
        for (float score : scores) {
            areNumbers &= score < Float.POSITIVE_INFINITY;
        }
        if (!areNumbers) {
            throw StepScores.notFinite();
        }
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
    private void mask(float[] scores, int tokensLeft, Runnable readAgain) {
        walk.restrict(scores, tokensLeft);
        if (areAllOut(scores)) {
            readAgain.run();
            walk.restrict(scores, tokensLeft);
        }
    }

    private int take(float[] scores, int token) {
        if (token >= scores.length) {
            throw LlavaException.input(
                    "What is to be scored has the token "
                            + token
                            + ", for which the model has no score: word it otherwise");
        }
        newest = scores[token] - Softmax.logSum(scores);
        return token;
    }

    /** Whichever token ends the answer: what counts is that one does. */
    private int takeEnd(float[] scores) {
        float[] ends = new float[eosTokenIds.length];
        int likeliest = 0;
        for (int i = 0; i < ends.length; i++) {
            int token = eosTokenIds[i];
            ends[i] = token < scores.length ? scores[token] : ScoreRule.OUT;
            likeliest = ends[i] > ends[likeliest] ? i : likeliest;
        }
        newest = Softmax.logSum(ends) - Softmax.logSum(scores);
        return eosTokenIds[likeliest];
    }

    private static boolean areAllOut(float[] scores) {
        for (float score : scores) {
            if (score != ScoreRule.OUT) {
                return false;
            }
        }
        return true;
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

    private int draw(float[] scores, int place, Shortlist tokens) {
        tokens.read(scores);
        warpers.forEach(warper -> warper.apply(tokens));
        double[] probabilities = tokens.probabilities();
        if (tokens.size() == 0 || Double.isNaN(probabilities[0])) {
            requireNumbers(scores);
            throw LlavaException.input(
                    "The temperature is too low to divide scores by: take 0, which is the best"
                            + " token");
        }
        double left =
                new SplittableRandom(new SplittableRandom(seed).nextLong() + place).nextDouble();
        int last = 0;
        for (int i = 0; i < tokens.size(); i++) {
            if (probabilities[i] > 0) {
                last = i;
                left -= probabilities[i];
                if (left < 0) {
                    break;
                }
            }
        }
        return tokens.token(last);
    }
}
