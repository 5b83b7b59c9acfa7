package io.flinkllava.runtime.checkpoint;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Towers that checkpoints of the original code name and may contain the weights of, but never the
 * configuration. What their {@code config.json} and {@code preprocessor_config.json} on the Hugging
 * Face hub say, without what their classes take anyway.
 */
enum KnownTower {
    CLIP_LARGE_224(
            "clip-vit-large-patch14",
            Json.CLIP_LARGE.formatted(224),
            Json.CLIP_PROCESSOR.formatted(224, 224)),
    CLIP_LARGE_336(
            "clip-vit-large-patch14-336",
            Json.CLIP_LARGE.formatted(336),
            Json.CLIP_PROCESSOR.formatted(336, 336)),
    SIGLIP_SO400M_384(
            "siglip-so400m-patch14-384",
            """
            {"model_type": "siglip_vision_model", "hidden_size": 1152, "intermediate_size": 4304,
             "num_hidden_layers": 27, "num_attention_heads": 16, "image_size": 384,
             "patch_size": 14}
            """,
            """
            {"image_processor_type": "SiglipImageProcessor", "resample": 3,
             "size": {"height": 384, "width": 384}}
            """);

    private final String name;
    private final String config;
    private final String processor;

    KnownTower(String name, String config, String processor) {
        this.name = name;
        this.config = config;
        this.processor = processor;
    }

    /**
     * Finds a tower.
     *
     * @param name without an organisation or a path
     */
    static Optional<KnownTower> named(String name) {
        return Arrays.stream(values()).filter(tower -> tower.name.equals(name)).findAny();
    }

    VisionConfig config() {
        return VisionConfigReader.readTower(json("config.json", config));
    }

    ImageProcessorConfig processor() {
        return ImageProcessorReader.read(json("preprocessor_config.json", processor));
    }

    private JsonObject json(String file, String json) {
        return JsonObject.parse(Path.of(name, file), json.getBytes(UTF_8));
    }

    /** What the CLIP towers share. */
    private static final class Json {

        static final String CLIP_LARGE =
                """
                {"model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096,
                 "num_hidden_layers": 24, "num_attention_heads": 16, "image_size": %d,
                 "patch_size": 14}
                """;

        static final String CLIP_PROCESSOR =
                """
                {"image_processor_type": "CLIPImageProcessor", "size": %d, "crop_size": %d}
                """;
    }
}
