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
 * @param mask what the answer must look like
 * @param forced if not empty, nothing is chosen: these tokens are taken and then an end, to learn
 *     how likely they are
 */
public record GenerationRequest(
        Prompt prompt,
        int maxNewTokens,
        GenerationParameters parameters,
        List<List<Integer>> badWords,
        Set<Integer> eosTokenIds,
        StopCondition stop,
        TokenMask mask,
        List<Integer> forced) {

    public GenerationRequest {
        badWords = List.copyOf(badWords);
        eosTokenIds = Set.copyOf(eosTokenIds);
        forced = List.copyOf(forced);
    }

    /** An answer of any form. */
    public GenerationRequest(
            Prompt prompt,
            int maxNewTokens,
            GenerationParameters parameters,
            List<List<Integer>> badWords,
            Set<Integer> eosTokenIds,
            StopCondition stop) {
        this(
                prompt,
                maxNewTokens,
                parameters,
                badWords,
                eosTokenIds,
                stop,
                TokenMask.NONE,
                List.of());
    }

    public GenerationRequest withParameters(GenerationParameters value) {
        return new GenerationRequest(
                prompt, maxNewTokens, value, badWords, eosTokenIds, stop, mask, forced);
    }

    public GenerationRequest withMask(TokenMask value) {
        return new GenerationRequest(
                prompt, maxNewTokens, parameters, badWords, eosTokenIds, stop, value, forced);
    }

    /**
     * Scores a given answer instead.
     *
     * @param tokens of the answer without its end, at least one, none of which ends it
     */
    public GenerationRequest scoring(List<Integer> tokens) {
        return new GenerationRequest(
                prompt,
                tokens.size() + (eosTokenIds.isEmpty() ? 0 : 1),
                parameters,
                List.of(),
                eosTokenIds,
                StopCondition.NEVER,
                TokenMask.NONE,
                tokens);
    }
}
