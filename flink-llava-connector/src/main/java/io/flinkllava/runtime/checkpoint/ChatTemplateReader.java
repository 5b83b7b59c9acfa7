package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** Finds the Jinja chat template in the places where transformers has put it over the years. */
final class ChatTemplateReader {

    private static final String KEY = "chat_template";

    /** Earlier places win, as in {@code ProcessorMixin} of transformers. */
    private static final List<String> JSON_FILES =
            List.of("chat_template.json", "processor_config.json", "tokenizer_config.json");

    private ChatTemplateReader() {}

    static Optional<String> read(CheckpointFolder folder) {
        if (folder.has("chat_template.jinja")) {
            return Optional.of(source(folder));
        }
        return JSON_FILES.stream()
                .flatMap(name -> folder.json(name).stream())
                .filter(json -> json.has(KEY))
                .findFirst()
                .map(json -> template(json, json.value(KEY).orElseThrow()));
    }

    private static String source(CheckpointFolder folder) {
        try {
            return Files.readString(folder.file("chat_template.jinja"));
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    folder.file("chat_template.jinja") + ": cannot be read: " + e.getMessage(),
                    e);
        }
    }

    /** Takes a template, or the default of several: {@code [{name, template}]} or a map. */
    private static String template(JsonObject json, JsonNode value) {
        JsonNode template = value.isObject() ? value.path("default") : value;
        for (JsonNode named : value.isArray() ? value : List.<JsonNode>of()) {
            if (named.path("name").asText().equals("default")) {
                template = named.path("template");
            }
        }
        if (!template.isTextual()) {
            throw json.wrong(KEY, "a template or a list of {name, template} with a 'default'");
        }
        return template.textValue();
    }
}
