package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;

import java.util.List;
import java.util.Optional;

/**
 * LLaVA-1.5 (arXiv 2310.03744) and what was built like it: BakLLaVA, llava-interleave. Defaults are
 * those of {@code configuration_llava.py} in Hugging Face transformers.
 */
final class LlavaHfFamily implements LlavaFamily {

    private static final int IMAGE_TOKEN_ID = 32_000;

    @Override
    public LlavaConfig read(JsonObject config) {
        VisionConfig vision =
                VisionConfigReader.read(
                        config.object("vision_config"), VisionConfigReader.CLIP_LARGE_336);
        TextConfig text = TextConfigReader.read(config, config.object("text_config"));
        return new LlavaConfig(
                "llava",
                vision,
                text,
                ProjectorConfig.twoLayers(config),
                ConfigKeys.featureLayers(config, "vision_feature_layer", List.of(-2), vision),
                ConfigKeys.select(config, FeatureSelect.DEFAULT),
                ConfigKeys.tokenId(config, "image", IMAGE_TOKEN_ID, text),
                new ImageLayout.OneTile(),
                Optional.empty());
    }
}
