package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the texts of special tokens: keys that end in {@code _token}, whose value is a string or an
 * {@code AddedToken} object.
 */
final class SpecialTokensReader {

    /** Earlier files win. */
    private static final List<String> FILES =
            List.of("tokenizer_config.json", "special_tokens_map.json", "processor_config.json");

    /** Where newer files keep the tokens of one model family. */
    private static final List<String> SECTIONS =
            List.of("extra_special_tokens", "model_specific_special_tokens");

    private SpecialTokensReader() {}

    static Map<String, String> read(CheckpointFolder folder) {
        Map<String, String> tokens = new HashMap<>();
        FILES.stream()
                .flatMap(name -> folder.json(name).stream())
                .forEach(json -> collect(json, tokens));
        return Map.copyOf(tokens);
    }

    private static void collect(JsonObject json, Map<String, String> tokens) {
        for (String name : json.names()) {
            if (name.endsWith("_token")) {
                json.value(name)
                        .flatMap(SpecialTokensReader::content)
                        .ifPresent(text -> tokens.putIfAbsent(name, text));
            }
        }
        SECTIONS.stream()
                .filter(name -> json.value(name).filter(JsonNode::isObject).isPresent())
                .forEach(name -> collect(json.object(name).orElseThrow(), tokens));
    }

    /** Empty for what is no token but only ends alike, such as the flag {@code add_bos_token}. */
    private static Optional<String> content(JsonNode token) {
        JsonNode text = token.isObject() ? token.path("content") : token;
        return Optional.ofNullable(text.textValue());
    }
}
