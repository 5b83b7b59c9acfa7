package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;

import java.util.List;
import java.util.Set;

/**
 * A prompt and how to answer it.
 *
 * @param maxNewTokens at least 1; what {@code parameters} leaves to the checkpoint is decided here
 * @param badWords token ids of what the answer never contains, none empty
 * @param eosTokenIds the tokens that end an answer
 * @param stop what else ends it
 */
public record GenerationRequest(
        Prompt prompt,
        int maxNewTokens,
        GenerationParameters parameters,
        List<List<Integer>> badWords,
        Set<Integer> eosTokenIds,
        StopCondition stop) {

    public GenerationRequest {
        badWords = List.copyOf(badWords);
        eosTokenIds = Set.copyOf(eosTokenIds);
    }
}
