package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys of {@code config.json} that families share, each with its own default. */
final class ConfigKeys {

    private ConfigKeys() {}

    /** Reads {@code image_token_index} or {@code video_token_index}, or {@code ..._token_id}. */
    static int tokenId(JsonObject config, String kind, int absent, TextConfig text) {
        String index = kind + "_token_index";
        String key = config.has(index) ? index : kind + "_token_id";
        int id = config.positive(key, absent);
        if (id >= text.vocabSize()) {
            throw config.wrong(key, "below text_config.vocab_size, " + text.vocabSize());
        }
        return id;
    }

    static List<Integer> featureLayers(
            JsonObject config, String key, List<Integer> absent, VisionConfig vision) {
        List<Integer> layers = config.has(key) ? config.integers(key) : absent;
        int states = vision.layers() + 1;
        if (layers.isEmpty() || layers.stream().anyMatch(i -> i < -states || i >= states)) {
            throw config.wrong(
                    key, "within " + -states + ".." + vision.layers() + ", the tower's states");
        }
        return layers;
    }

    static FeatureSelect select(JsonObject config, FeatureSelect absent) {
        String key = "vision_feature_select_strategy";
        Optional<String> strategy = config.text(key);
        if (strategy.isEmpty()) {
            return absent;
        }
        return switch (strategy.get()) {
            case "default" -> FeatureSelect.DEFAULT;
            case "full" -> FeatureSelect.FULL;
            default -> throw config.wrong(key, "default or full");
        };
    }

    /**
     * Reads {@code image_grid_pinpoints}, {@code [[height, width], ...]}.
     *
     * @param tile side of a tile; each resolution is made of whole ones
     */
    static Optional<List<Size>> pinpoints(JsonObject config, int tile) {
        String key = "image_grid_pinpoints";
        Optional<JsonNode> list = config.value(key);
        if (list.isEmpty()) {
            return Optional.empty();
        }
        List<Size> pinpoints = new ArrayList<>();
        for (JsonNode pair : list.get()) {
            int height = pair.path(0).asInt();
            int width = pair.path(1).asInt();
            if (pair.size() != 2 || !isWhole(height, tile) || !isWhole(width, tile)) {
                throw config.wrong(
                        key, "a list of [height, width] in multiples of image_size, " + tile);
            }
            pinpoints.add(new Size(height, width));
        }
        if (pinpoints.isEmpty()) {
            throw config.wrong(key, "a list of at least one [height, width]");
        }
        return Optional.of(pinpoints);
    }

    private static boolean isWhole(int side, int tile) {
        return side > 0 && side % tile == 0;
    }

    /** Tiles are put together again: their features must be a full square grid. */
    static void requireGrid(JsonObject config, VisionConfig vision, FeatureSelect select) {
        boolean grid =
                vision.positions() - (select == FeatureSelect.DEFAULT ? 1 : 0) == vision.patches();
        if (!grid) {
            throw config.wrong(
                    "vision_feature_select_strategy",
                    select == FeatureSelect.FULL
                            ? "default: tiles of a CLIP tower are put together without their class"
                                    + " tokens"
                            : "full: a SigLIP tower has no class token to leave out");
        }
    }
}
