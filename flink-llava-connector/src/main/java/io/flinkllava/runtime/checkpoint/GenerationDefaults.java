package io.flinkllava.runtime.checkpoint;

import java.util.OptionalInt;
import java.util.Set;

/**
 * {@code generation_config.json}.
 *
 * @param eosTokenIds every id that ends an answer: the union of what the generation config and the
 *     model config name
 * @param maxNewTokens {@code max_new_tokens}, where the file has it
 */
public record GenerationDefaults(Set<Integer> eosTokenIds, OptionalInt maxNewTokens) {

    public GenerationDefaults {
        eosTokenIds = Set.copyOf(eosTokenIds);
    }
}
