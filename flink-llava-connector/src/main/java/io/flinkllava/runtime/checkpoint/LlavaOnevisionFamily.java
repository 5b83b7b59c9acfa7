package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LLaVA-OneVision (arXiv 2408.03326): a SigLIP tower, pictures at any resolution with a limit on
 * their features, and video. Defaults are those of {@code configuration_llava_onevision.py} in
 * Hugging Face transformers.
 */
final class LlavaOnevisionFamily implements LlavaFamily {

    private static final int IMAGE_TOKEN_ID = 151_646;
    private static final int VIDEO_TOKEN_ID = 151_647;
    private static final int VIDEO_STRIDE = 2;
    private static final int GRID = 6;
    private static final Pattern ASPECT_RATIO = Pattern.compile("anyres_max_([1-9]\\d{0,3})");

    @Override
    public LlavaConfig read(JsonObject config) {
        VisionConfig vision =
                VisionConfigReader.read(
                        config.object("vision_config"), VisionConfigReader.SIGLIP_SO400M_384);
        TextConfig text =
                TextConfigReader.read(config, config.object("text_config"), LanguageModel.QWEN2);
        FeatureSelect select = ConfigKeys.select(config, FeatureSelect.FULL);
        ConfigKeys.requireGrid(config, vision, select);
        return new LlavaConfig(
                "llava_onevision",
                vision,
                text,
                ProjectorConfig.twoLayers(config),
                ConfigKeys.featureLayers(config, "vision_feature_layer", List.of(-1), vision),
                select,
                ConfigKeys.tokenId(config, "image", IMAGE_TOKEN_ID, text),
                new ImageLayout.Anyres(
                        ConfigKeys.pinpoints(config, vision.imageSize())
                                .orElseGet(() -> grid(vision.imageSize())),
                        OptionalInt.of(maxTiles(config))),
                Optional.of(
                        new VideoLayout(
                                ConfigKeys.tokenId(config, "video", VIDEO_TOKEN_ID, text),
                                Pooling.BILINEAR,
                                VIDEO_STRIDE,
                                true)));
    }

    private static List<Size> grid(int tile) {
        List<Size> pinpoints = new ArrayList<>();
        for (int rows = 1; rows <= GRID; rows++) {
            for (int columns = 1; columns <= GRID; columns++) {
                pinpoints.add(new Size(rows * tile, columns * tile));
            }
        }
        return pinpoints;
    }

    private static int maxTiles(JsonObject config) {
        String key = "vision_aspect_ratio";
        Matcher ratio = ASPECT_RATIO.matcher(config.text(key).orElse("anyres_max_9"));
        if (!ratio.matches()) {
            throw config.wrong(key, "anyres_max_N, N tiles at most");
        }
        return Integer.parseInt(ratio.group(1));
    }
}
