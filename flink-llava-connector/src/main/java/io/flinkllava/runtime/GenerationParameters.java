package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Objects;

/**
 * How an answer is generated; greedily unless {@code sampling} says otherwise.
 *
 * @param maxNewTokens at most so many tokens, at least 1; or {@link #CHECKPOINT_DEFAULT} for what
 *     the checkpoint's {@code generation_config.json} says, or {@value #FALLBACK_MAX_NEW_TOKENS}
 *     where it says nothing
 * @param minNewTokens end-of-sequence is not chosen before so many tokens, at least 0
 * @param sampling how a token is drawn
 * @param rules what the answer must not repeat or say
 * @param constraint what the answer must look like
 * @param candidates answers to the one request, from 1 to {@value #MAX_CANDIDATES}; more than one
 *     needs sampling, or they would be the same. The n-th is what the request alone gives with a
 *     seed of {@code seed + n}.
 * @param logProbability whether to tell how likely each answer was
 */
public record GenerationParameters(
        int maxNewTokens,
        int minNewTokens,
        Sampling sampling,
        TokenRules rules,
        AnswerConstraint constraint,
        int candidates,
        boolean logProbability)
        implements Serializable {

    public static final int CHECKPOINT_DEFAULT = 0;
    public static final int FALLBACK_MAX_NEW_TOKENS = 128;
    public static final int MAX_CANDIDATES = 128;
    public static final GenerationParameters DEFAULT =
            new GenerationParameters(CHECKPOINT_DEFAULT, 0, Sampling.GREEDY, TokenRules.NONE);

    public GenerationParameters {
        if (maxNewTokens < 0) {
            throw new IllegalArgumentException(
                    "max-new-tokens is " + maxNewTokens + ", it must be at least 1");
        }
        if (minNewTokens < 0) {
            throw new IllegalArgumentException(
                    "min-new-tokens is " + minNewTokens + ", it must be at least 0");
        }
        if (maxNewTokens != CHECKPOINT_DEFAULT && minNewTokens > maxNewTokens) {
            throw new IllegalArgumentException(
                    "min-new-tokens ("
                            + minNewTokens
                            + ") is more than max-new-tokens ("
                            + maxNewTokens
                            + ")");
        }
        Objects.requireNonNull(sampling, "sampling");
        Objects.requireNonNull(rules, "rules");
        Objects.requireNonNull(constraint, "constraint");
        if (candidates < 1 || candidates > MAX_CANDIDATES) {
            throw new IllegalArgumentException(
                    "candidates is " + candidates + ", it must be from 1 to " + MAX_CANDIDATES);
        }
        if (candidates > 1 && sampling.isGreedy()) {
            throw new IllegalArgumentException(
                    "candidates is "
                            + candidates
                            + ", but at temperature 0 they would all be the same: give a"
                            + " temperature");
        }
    }

    /** One answer of any form. */
    public GenerationParameters(
            int maxNewTokens, int minNewTokens, Sampling sampling, TokenRules rules) {
        this(maxNewTokens, minNewTokens, sampling, rules, AnswerConstraint.FREE, 1, false);
    }

    /** Greedy decoding between two lengths. */
    public GenerationParameters(int maxNewTokens, int minNewTokens) {
        this(maxNewTokens, minNewTokens, Sampling.GREEDY, TokenRules.NONE);
    }

    public GenerationParameters withMaxNewTokens(int value) {
        return new GenerationParameters(
                value, minNewTokens, sampling, rules, constraint, candidates, logProbability);
    }

    public GenerationParameters withMinNewTokens(int value) {
        return new GenerationParameters(
                maxNewTokens, value, sampling, rules, constraint, candidates, logProbability);
    }

    public GenerationParameters withSampling(Sampling value) {
        return new GenerationParameters(
                maxNewTokens, minNewTokens, value, rules, constraint, candidates, logProbability);
    }

    public GenerationParameters withRules(TokenRules value) {
        return new GenerationParameters(
                maxNewTokens,
                minNewTokens,
                sampling,
                value,
                constraint,
                candidates,
                logProbability);
    }

    public GenerationParameters withConstraint(AnswerConstraint value) {
        return new GenerationParameters(
                maxNewTokens, minNewTokens, sampling, rules, value, candidates, logProbability);
    }

    public GenerationParameters withCandidates(int value) {
        return new GenerationParameters(
                maxNewTokens, minNewTokens, sampling, rules, constraint, value, logProbability);
    }

    public GenerationParameters withLogProbability(boolean value) {
        return new GenerationParameters(
                maxNewTokens, minNewTokens, sampling, rules, constraint, candidates, value);
    }
}
