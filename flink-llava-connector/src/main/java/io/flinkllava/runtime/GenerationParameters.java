package io.flinkllava.runtime;

import java.io.Serializable;

/**
 * How an answer is generated. Decoding is greedy.
 *
 * @param maxNewTokens at most so many tokens, at least 1; or {@link #CHECKPOINT_DEFAULT} for what
 *     the checkpoint's {@code generation_config.json} says, or {@value #FALLBACK_MAX_NEW_TOKENS}
 *     where it says nothing
 * @param minNewTokens end-of-sequence is not chosen before so many tokens, at least 0
 */
public record GenerationParameters(int maxNewTokens, int minNewTokens) implements Serializable {

    public static final int CHECKPOINT_DEFAULT = 0;
    public static final int FALLBACK_MAX_NEW_TOKENS = 128;
    public static final GenerationParameters DEFAULT =
            new GenerationParameters(CHECKPOINT_DEFAULT, 0);

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
    }

    public GenerationParameters withMaxNewTokens(int tokens) {
        return new GenerationParameters(tokens, minNewTokens);
    }

    public GenerationParameters withMinNewTokens(int tokens) {
        return new GenerationParameters(maxNewTokens, tokens);
    }
}
