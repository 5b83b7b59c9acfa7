package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * LLaVA-NeXT, also called 1.6 (llava-vl.github.io/blog/2024-01-30-llava-next), and
 * LLaVA-NeXT-Video, which pools the features of frames. Defaults are those of {@code
 * configuration_llava_next.py} and {@code configuration_llava_next_video.py} in Hugging Face
 * transformers.
 */
final class LlavaNextFamily implements LlavaFamily {

    private static final int VIDEO_STRIDE = 2;

    private final String modelType;
    private final int imageTokenId;
    private final OptionalInt videoTokenId;

    private LlavaNextFamily(String modelType, int imageTokenId, OptionalInt videoTokenId) {
        this.modelType = modelType;
        this.imageTokenId = imageTokenId;
        this.videoTokenId = videoTokenId;
    }

    static LlavaNextFamily images() {
        return new LlavaNextFamily("llava_next", 32_000, OptionalInt.empty());
    }

    static LlavaNextFamily withVideo() {
        return new LlavaNextFamily("llava_next_video", 32_001, OptionalInt.of(32_000));
    }

    @Override
    public LlavaConfig read(JsonObject config) {
        VisionConfig vision =
                VisionConfigReader.read(
                        config.object("vision_config"), VisionConfigReader.CLIP_LARGE_336);
        TextConfig text = TextConfigReader.read(config, config.object("text_config"));
        FeatureSelect select = ConfigKeys.select(config, FeatureSelect.DEFAULT);
        ConfigKeys.requireGrid(config, vision, select);
        return new LlavaConfig(
                modelType,
                vision,
                text,
                ProjectorConfig.twoLayers(config),
                ConfigKeys.featureLayers(config, "vision_feature_layer", List.of(-2), vision),
                select,
                ConfigKeys.tokenId(config, "image", imageTokenId, text),
                new ImageLayout.Anyres(pinpoints(config, vision.imageSize()), OptionalInt.empty()),
                video(config, text));
    }

    /** Upright, wide and square, then three in a row, as the class lists them for tiles of 336. */
    private static List<Size> pinpoints(JsonObject config, int tile) {
        return ConfigKeys.pinpoints(config, tile)
                .orElse(
                        List.of(
                                new Size(tile, 2 * tile),
                                new Size(2 * tile, tile),
                                new Size(2 * tile, 2 * tile),
                                new Size(3 * tile, tile),
                                new Size(tile, 3 * tile)));
    }

    private Optional<VideoLayout> video(JsonObject config, TextConfig text) {
        if (videoTokenId.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new VideoLayout(
                        ConfigKeys.tokenId(config, "video", videoTokenId.getAsInt(), text),
                        pooling(config),
                        config.positive("spatial_pool_stride", VIDEO_STRIDE),
                        false));
    }

    private static Pooling pooling(JsonObject config) {
        String key = "spatial_pool_mode";
        return switch (config.text(key).orElse("average")) {
            case "average" -> Pooling.AVERAGE;
            case "max" -> Pooling.MAX;
            default -> throw config.wrong(key, "average or max: a convolution is not supported");
        };
    }
}
