package io.flinkllava.runtime.checkpoint;

import java.util.Optional;

/** Reads {@code vision_config}. */
final class VisionConfigReader {

    /** What {@code LlavaConfig} takes where the whole section is absent: CLIP ViT-L/14 at 336. */
    private static final VisionConfig CLIP_LARGE_336 =
            new VisionConfig(
                    "clip_vision_model", 1024, 4096, 24, 16, 336, 14, 3, "quick_gelu", 1e-5f);

    /** What {@code CLIPVisionConfig} takes for a key that is absent from the section. */
    private static final VisionConfig CLIP_BASE_32 =
            new VisionConfig(
                    "clip_vision_model", 768, 3072, 12, 12, 224, 32, 3, "quick_gelu", 1e-5f);

    private VisionConfigReader() {}

    static VisionConfig read(Optional<JsonObject> section) {
        return section.map(VisionConfigReader::read).orElse(CLIP_LARGE_336);
    }

    private static VisionConfig read(JsonObject vision) {
        VisionConfig absent = CLIP_BASE_32;
        if (!vision.text("model_type").orElse(absent.modelType()).equals(absent.modelType())) {
            throw vision.wrong("model_type", "clip_vision_model: no other tower is supported yet");
        }
        VisionConfig config =
                new VisionConfig(
                        absent.modelType(),
                        vision.positive("hidden_size", absent.hiddenSize()),
                        vision.positive("intermediate_size", absent.intermediateSize()),
                        vision.positive("num_hidden_layers", absent.layers()),
                        vision.positive("num_attention_heads", absent.heads()),
                        vision.positive("image_size", absent.imageSize()),
                        vision.positive("patch_size", absent.patchSize()),
                        vision.positive("num_channels", absent.channels()),
                        vision.text("hidden_act").orElse(absent.hiddenAct()),
                        (float) vision.number("layer_norm_eps", absent.layerNormEps()));
        check(vision, config);
        return config;
    }

    private static void check(JsonObject vision, VisionConfig config) {
        if (config.hiddenSize() % config.heads() != 0) {
            throw vision.wrong(
                    "hidden_size", "a multiple of num_attention_heads, " + config.heads());
        }
        if (config.imageSize() < config.patchSize()) {
            throw vision.wrong("image_size", "at least patch_size, " + config.patchSize());
        }
        if (config.channels() != 3) {
            throw vision.wrong("num_channels", "3: pictures are RGB");
        }
    }
}
