package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads {@code vision_config}. */
final class VisionConfigReader {

    /** What {@code LlavaConfig} takes where the whole section is absent: CLIP ViT-L/14 at 336. */
    static final VisionConfig CLIP_LARGE_336 =
            new VisionConfig(
                    Architecture.CLIP, 1024, 4096, 24, 16, 336, 14, 3, "quick_gelu", 1e-5f);

    /** What {@code LlavaOnevisionConfig} takes where the whole section is absent. */
    static final VisionConfig SIGLIP_SO400M_384 =
            new VisionConfig(
                    Architecture.SIGLIP,
                    1152,
                    4304,
                    26,
                    16,
                    384,
                    14,
                    3,
                    "gelu_pytorch_tanh",
                    1e-6f);

    /** What {@code CLIPVisionConfig} takes for a key that is absent from the section. */
    private static final VisionConfig CLIP_BASE_32 =
            new VisionConfig(Architecture.CLIP, 768, 3072, 12, 12, 224, 32, 3, "quick_gelu", 1e-5f);

    /** What {@code SiglipVisionConfig} takes for a key that is absent from the section. */
    private static final VisionConfig SIGLIP_BASE_16 =
            new VisionConfig(
                    Architecture.SIGLIP, 768, 3072, 12, 12, 224, 16, 3, "gelu_pytorch_tanh", 1e-6f);

    private VisionConfigReader() {}

    /**
     * Reads the tower's section.
     *
     * @param whole what the family takes where the whole section is absent; its architecture is
     *     taken where the section does not name one
     */
    static VisionConfig read(Optional<JsonObject> section, VisionConfig whole) {
        return section.map(vision -> read(vision, whole.architecture())).orElse(whole);
    }

    /**
     * Reads a tower's own {@code config.json}: that of a {@code CLIPVisionModel} or {@code
     * SiglipVisionModel}, or of a whole model with a text tower beside.
     */
    static VisionConfig readTower(JsonObject config) {
        Architecture architecture =
                config.text("model_type").orElse("").equals("siglip")
                        ? Architecture.SIGLIP
                        : Architecture.CLIP;
        return read(config.object("vision_config").orElse(config), architecture);
    }

    private static VisionConfig read(JsonObject vision, Architecture unnamed) {
        VisionConfig absent =
                switch (architecture(vision, unnamed)) {
                    case CLIP -> CLIP_BASE_32;
                    case SIGLIP -> SIGLIP_BASE_16;
                };
        VisionConfig config =
                new VisionConfig(
                        absent.architecture(),
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

    private static Architecture architecture(JsonObject vision, Architecture unnamed) {
        String modelType = vision.text("model_type").orElse(unnamed.modelType());
        return Arrays.stream(Architecture.values())
                .filter(known -> known.modelType().equals(modelType))
                .findAny()
                .orElseThrow(
                        () ->
                                vision.wrong(
                                        "model_type",
                                        Arrays.stream(Architecture.values())
                                                        .map(Architecture::modelType)
                                                        .collect(Collectors.joining(" or "))
                                                + ": no other tower is supported"));
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
