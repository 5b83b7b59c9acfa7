package io.flinkllava.runtime.checkpoint;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** Reads {@code generation_config.json}, which a folder may lack. */
final class GenerationReader {

    private static final Logger LOG = LoggerFactory.getLogger(GenerationReader.class);

    private GenerationReader() {}

    /**
     * Unites what the files say of the end of an answer. Ids for which the model has no score are
     * passed over.
     *
     * @param config {@code config.json}
     * @param text the language model, whose id is taken where no file names one; some have none,
     *     and then an answer ends where it is long enough
     */
    static GenerationDefaults read(CheckpointFolder folder, JsonObject config, TextConfig text) {
        Optional<JsonObject> generation = folder.json("generation_config.json");
        Set<Integer> eos = new TreeSet<>();
        generation.ifPresent(file -> eos.addAll(eosTokenIds(file)));
        eos.addAll(eosTokenIds(config));
        config.object("text_config").ifPresent(section -> eos.addAll(eosTokenIds(section)));
        if (eos.isEmpty()) {
            LanguageModel.of(text.modelType()).orElseThrow().eosTokenId.ifPresent(eos::add);
        }
        List<Integer> never = eos.stream().filter(id -> id >= text.vocabSize()).toList();
        if (!never.isEmpty()) {
            LOG.warn(
                    "{}: eos_token_id {} lies outside the vocabulary of {}: no answer ends with it",
                    folder.path(),
                    never,
                    text.vocabSize());
            never.forEach(eos::remove);
        }
        OptionalInt maxNewTokens =
                generation.map(file -> file.positive("max_new_tokens")).orElse(OptionalInt.empty());
        return new GenerationDefaults(eos, maxNewTokens);
    }

    private static List<Integer> eosTokenIds(JsonObject json) {
        List<Integer> ids = json.integers("eos_token_id");
        if (ids.stream().anyMatch(id -> id < 0)) {
            throw json.wrong("eos_token_id", "a token id or a list of them, none negative");
        }
        return ids;
    }
}
