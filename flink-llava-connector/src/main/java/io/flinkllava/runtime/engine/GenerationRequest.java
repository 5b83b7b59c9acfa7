package io.flinkllava.runtime.engine;

import java.util.Set;

/**
 * A prompt and when to stop.
 *
 * @param maxNewTokens at least 1
 * @param minNewTokens no end-of-sequence token is chosen before so many tokens
 * @param eosTokenIds the tokens that end an answer
 */
public record GenerationRequest(
        Prompt prompt, int maxNewTokens, int minNewTokens, Set<Integer> eosTokenIds) {

    public GenerationRequest {
        eosTokenIds = Set.copyOf(eosTokenIds);
    }
}
