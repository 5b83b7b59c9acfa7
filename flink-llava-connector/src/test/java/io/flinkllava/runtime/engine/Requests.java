package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.GenerationParameters;

import java.util.List;
import java.util.Set;

/** Requests as tests need them. */
final class Requests {

    private Requests() {}

    /** A greedy request between two lengths. */
    static GenerationRequest of(Prompt prompt, int max, int min, Set<Integer> eosTokenIds) {
        return of(prompt, new GenerationParameters(max, min), eosTokenIds);
    }

    static GenerationRequest of(
            Prompt prompt, GenerationParameters parameters, Set<Integer> eosTokenIds) {
        return new GenerationRequest(
                prompt,
                parameters.maxNewTokens(),
                parameters,
                List.of(),
                eosTokenIds,
                StopCondition.NEVER);
    }
}
