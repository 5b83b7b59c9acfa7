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
 */
public record GenerationParameters(
        int maxNewTokens, int minNewTokens, Sampling sampling, TokenRules rules)
        implements Serializable {

    public static final int CHECKPOINT_DEFAULT = 0;
    public static final int FALLBACK_MAX_NEW_TOKENS = 128;
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
    }

    /** Greedy decoding between two lengths. */
    public GenerationParameters(int maxNewTokens, int minNewTokens) {
        this(maxNewTokens, minNewTokens, Sampling.GREEDY, TokenRules.NONE);
    }

    public GenerationParameters withMaxNewTokens(int tokens) {
        return new GenerationParameters(tokens, minNewTokens, sampling, rules);
    }

    public GenerationParameters withMinNewTokens(int tokens) {
        return new GenerationParameters(maxNewTokens, tokens, sampling, rules);
    }

    public GenerationParameters withSampling(Sampling value) {
        return new GenerationParameters(maxNewTokens, minNewTokens, value, rules);
    }

    public GenerationParameters withRules(TokenRules value) {
        return new GenerationParameters(maxNewTokens, minNewTokens, sampling, value);
    }
}
