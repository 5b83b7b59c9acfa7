package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * ViP-LLaVA (arXiv 2312.00784): features of several layers side by side, behind a norm. Defaults
 * are those of {@code configuration_vipllava.py} in Hugging Face transformers.
 */
final class VipLlavaFamily implements LlavaFamily {

    private static final int IMAGE_TOKEN_ID = 32_000;
    private static final List<Integer> FEATURE_LAYERS = List.of(-2, -5, -8, -11, 6);
    private static final double NORM_EPS = 1e-5;

    @Override
    public LlavaConfig read(JsonObject config) {
        VisionConfig vision =
                VisionConfigReader.read(
                        config.object("vision_config"), VisionConfigReader.CLIP_LARGE_336);
        TextConfig text = TextConfigReader.read(config, config.object("text_config"));
        return new LlavaConfig(
                "vipllava",
                vision,
                text,
                new ProjectorConfig(
                        2,
                        config.text("projector_hidden_act").orElse("gelu"),
                        true,
                        OptionalDouble.of(config.number("projector_layernorm_eps", NORM_EPS))),
                ConfigKeys.featureLayers(config, "vision_feature_layers", FEATURE_LAYERS, vision),
                FeatureSelect.DEFAULT,
                ConfigKeys.tokenId(config, "image", IMAGE_TOKEN_ID, text),
                new ImageLayout.OneTile(),
                Optional.empty());
    }
}
