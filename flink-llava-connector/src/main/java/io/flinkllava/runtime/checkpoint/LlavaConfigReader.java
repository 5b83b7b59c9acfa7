package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;

import java.util.List;

/** Reads {@code config.json}; defaults are those of {@code LlavaConfig} in transformers. */
final class LlavaConfigReader {

    private static final int IMAGE_TOKEN_ID = 32000;

    private LlavaConfigReader() {}

    static LlavaConfig read(JsonObject config) {
        String modelType = modelType(config);
        VisionConfig vision = VisionConfigReader.read(config.object("vision_config"));
        TextConfig text = TextConfigReader.read(config, config.object("text_config"));
        return new LlavaConfig(
                modelType,
                vision,
                text,
                imageTokenId(config, text),
                config.text("projector_hidden_act").orElse("gelu"),
                config.flag("multimodal_projector_bias", true),
                featureLayers(config, vision),
                select(config));
    }

    private static String modelType(JsonObject config) {
        String modelType = config.text("model_type").orElse("");
        if (!modelType.equals("llava")) {
            throw config.wrong("model_type", "llava: no other family is supported yet");
        }
        if (config.has("mm_vision_tower") && !config.has("text_config")) {
            throw LlavaException.model(
                    config.file()
                            + ": has mm_vision_tower and no text_config, the layout of the original"
                            + " LLaVA code, which is not supported yet: use the converted"
                            + " checkpoint, for example llava-hf/llava-1.5-7b-hf");
        }
        return modelType;
    }

    private static int imageTokenId(JsonObject config, TextConfig text) {
        String key = config.has("image_token_index") ? "image_token_index" : "image_token_id";
        int id = config.positive(key, IMAGE_TOKEN_ID);
        if (id >= text.vocabSize()) {
            throw config.wrong(key, "below text_config.vocab_size, " + text.vocabSize());
        }
        return id;
    }

    private static List<Integer> featureLayers(JsonObject config, VisionConfig vision) {
        String key = "vision_feature_layer";
        if (!config.has(key)) {
            return List.of(-2);
        }
        List<Integer> layers = config.integers(key);
        int states = vision.layers() + 1;
        if (layers.isEmpty() || layers.stream().anyMatch(i -> i < -states || i >= states)) {
            throw config.wrong(
                    key, "within " + -states + ".." + vision.layers() + ", the tower's states");
        }
        return layers;
    }

    private static FeatureSelect select(JsonObject config) {
        String key = "vision_feature_select_strategy";
        return switch (config.text(key).orElse("default")) {
            case "default" -> FeatureSelect.DEFAULT;
            case "full" -> FeatureSelect.FULL;
            default -> throw config.wrong(key, "default or full");
        };
    }
}
