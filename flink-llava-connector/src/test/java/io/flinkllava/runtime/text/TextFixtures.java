package io.flinkllava.runtime.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.ImageLayout;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.PromptStyle;
import io.flinkllava.testing.Golden;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Checkpoints that hold just what text needs. */
final class TextFixtures {

    static final ObjectMapper JSON = new ObjectMapper();
    static final int LLAVA15_IMAGE_TOKEN = 560;
    static final int ONEVISION_IMAGE_TOKEN = 534;

    static final Map<String, String> LLAMA_TOKENS =
            Map.of("bos_token", "<s>", "eos_token", "</s>", "image_token", "<image>");

    private TextFixtures() {}

    static Path tokenizerJson(String name) {
        return Golden.checkpoint(name).resolve("tokenizer.json");
    }

    static Checkpoint llava15(String template) {
        return checkpoint(Path.of("/models/some-llava"), template, "llava", LLAVA15_IMAGE_TOKEN);
    }

    static Checkpoint checkpoint(Path folder, String template, String modelType, int imageToken) {
        return checkpoint(
                folder,
                template,
                new PromptStyle("llava_15", new PromptStyle.Whole()),
                modelType,
                imageToken);
    }

    /** Without a chat template. */
    static Checkpoint styled(PromptStyle style, int imageToken) {
        return checkpoint(Path.of("/models/some-llava"), null, style, "llava", imageToken);
    }

    private static Checkpoint checkpoint(
            Path folder, String template, PromptStyle style, String modelType, int imageToken) {
        LlavaConfig config =
                new LlavaConfig(
                        modelType,
                        null,
                        null,
                        null,
                        List.of(-2),
                        FeatureSelect.DEFAULT,
                        imageToken,
                        new ImageLayout.OneTile(),
                        Optional.empty());
        return new Checkpoint(
                folder,
                config,
                null,
                null,
                null,
                Optional.ofNullable(template),
                style,
                LLAMA_TOKENS,
                folder.resolve("tokenizer.json"),
                null,
                List.of());
    }

    static JsonNode golden(String name) throws IOException {
        return JSON.readTree(Golden.path("processing/" + name).toFile());
    }

    static JsonNode chatTemplate(String name) throws IOException {
        for (JsonNode node : golden("chat_templates.json")) {
            if (node.get("template_name").asText().equals(name)) {
                return node.get("template");
            }
        }
        throw new IllegalArgumentException(name);
    }
}
