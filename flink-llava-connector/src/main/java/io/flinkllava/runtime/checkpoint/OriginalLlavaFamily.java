package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * LLaVA v1, 1.5 and 1.6 as their authors store them (github.com/haotian-liu/LLaVA, {@code
 * llava/model}), and what LLaVA-VL/LLaVA-NeXT made of that: the language model's keys stand at the
 * root, those of the rest begin with {@code mm_}, and the vision tower is named, not described.
 *
 * <p>What a padded tile shows is rounded as transformers does, to which these models are converted;
 * the authors' code cuts off, which is a row of features more or less on rare sizes.
 */
final class OriginalLlavaFamily implements LlavaFamily {

    /** {@code IMAGE_TOKEN_INDEX}: no tokenizer makes it, it marks the gaps between texts. */
    private static final int IMAGE_TOKEN_ID = -200;

    private static final String TOWER_KEY = "mm_vision_tower";
    private static final String ASPECT_RATIO_KEY = "image_aspect_ratio";

    /** What the authors' classes extend. */
    private static final Map<String, LanguageModel> MODEL_TYPES =
            Map.of(
                    "llava", LanguageModel.LLAMA,
                    "llava_llama", LanguageModel.LLAMA,
                    "llava_mistral", LanguageModel.MISTRAL,
                    "llava_qwen", LanguageModel.QWEN2);

    /** What tells where the model type is {@code llava} whatever the language model is. */
    private static final Map<String, LanguageModel> ARCHITECTURES =
            Map.of(
                    "LlavaMistralForCausalLM", LanguageModel.MISTRAL,
                    "LlavaQwenForCausalLM", LanguageModel.QWEN2);

    private static final Pattern MLP = Pattern.compile("mlp([1-9]\\d?)x_gelu");
    private static final Pattern ANYRES = Pattern.compile("anyres(?:_max_([1-9]\\d{0,3}))?");

    private final VisionConfig tower;

    /** Reads a model that looks through this tower. */
    OriginalLlavaFamily(VisionConfig tower) {
        this.tower = tower;
    }

    /** Whether a {@code config.json} is of this layout. */
    static boolean describes(JsonObject config) {
        return config.has(TOWER_KEY) && !config.has("text_config");
    }

    /** The tower's name on the Hugging Face hub, or the folder it was trained from. */
    static String towerName(JsonObject config) {
        return config.text(TOWER_KEY).orElseThrow();
    }

    /** Whether pictures are padded to squares, as LLaVA-1.5 was trained. */
    static boolean padsToSquare(JsonObject config) {
        return aspectRatio(config).equals("pad");
    }

    /** What stands around a picture in a prompt. */
    static PromptStyle.Tokenization tokenization(JsonObject config) {
        return config.flag("mm_use_im_start_end", false)
                ? new PromptStyle.InPieces("<im_start>", "<im_end>")
                : new PromptStyle.InPieces("", "");
    }

    /** What this LLaVA speaks with. */
    static LanguageModel languageModel(JsonObject config) {
        String key = "model_type";
        LanguageModel named = MODEL_TYPES.get(config.text(key).orElse(""));
        if (named == null) {
            throw config.wrong(
                    key,
                    "one of "
                            + String.join(", ", new TreeMap<>(MODEL_TYPES).keySet())
                            + " beside "
                            + TOWER_KEY
                            + ": no other language model is supported");
        }
        return config.value("architectures")
                .map(names -> ARCHITECTURES.get(names.path(0).asText()))
                .orElse(named);
    }

    private static String aspectRatio(JsonObject config) {
        return config.text(ASPECT_RATIO_KEY).orElse("square");
    }

    @Override
    public LlavaConfig read(JsonObject config) {
        refuseOtherFeatures(config);
        TextConfig text = TextConfigReader.read(config, config, languageModel(config));
        return new LlavaConfig(
                config.text("model_type").orElseThrow(),
                tower,
                text,
                projector(config),
                ConfigKeys.featureLayers(config, "mm_vision_select_layer", List.of(-2), tower),
                select(config),
                IMAGE_TOKEN_ID,
                images(config),
                Optional.empty());
    }

    /** Forks put these between tower and projector; without them answers would be nonsense. */
    private static void refuseOtherFeatures(JsonObject config) {
        if (config.flag("s2", false)) {
            throw config.wrong("s2", "false: features of several scales are not supported");
        }
        if (config.has("mm_resampler_type")) {
            throw config.wrong("mm_resampler_type", "absent: no resampler is supported");
        }
    }

    private static ProjectorConfig projector(JsonObject config) {
        String key = "mm_projector_type";
        String type = config.text(key).orElse("linear");
        Matcher mlp = MLP.matcher(type);
        if (!type.equals("linear") && !mlp.matches()) {
            throw config.wrong(key, "linear or mlpNx_gelu, N layers: no other is supported");
        }
        int layers = type.equals("linear") ? 1 : Integer.parseInt(mlp.group(1));
        return new ProjectorConfig(layers, "gelu", true, OptionalDouble.empty());
    }

    private FeatureSelect select(JsonObject config) {
        String key = "mm_vision_select_feature";
        return switch (config.text(key).orElse("patch")) {
            // A SigLIP tower has no class token to leave out.
            case "patch" ->
                    tower.architecture() == Architecture.CLIP
                            ? FeatureSelect.DEFAULT
                            : FeatureSelect.FULL;
            case "cls_patch" -> FeatureSelect.FULL;
            default -> throw config.wrong(key, "patch or cls_patch");
        };
    }

    private ImageLayout images(JsonObject config) {
        String ratio = aspectRatio(config);
        Matcher anyres = ANYRES.matcher(ratio);
        if (anyres.matches()) {
            return anyres(config, Optional.ofNullable(anyres.group(1)));
        }
        if (!ratio.equals("square") && !ratio.equals("pad")) {
            throw config.wrong(
                    ASPECT_RATIO_KEY,
                    "square, pad, anyres or anyres_max_N, N tiles at most: no other is supported");
        }
        return new ImageLayout.OneTile();
    }

    private ImageLayout anyres(JsonObject config, Optional<String> maxTiles) {
        String merge = "mm_patch_merge_type";
        if (!config.text(merge).orElse("flat").equals("spatial_unpad")) {
            throw config.wrong(
                    merge,
                    "spatial_unpad where image_aspect_ratio is anyres: no other way to put tiles"
                            + " together is supported");
        }
        if (tower.architecture() == Architecture.CLIP && select(config) == FeatureSelect.FULL) {
            throw config.wrong(
                    "mm_vision_select_feature",
                    "patch where image_aspect_ratio is anyres: tiles are put together without"
                            + " their class tokens");
        }
        return new ImageLayout.Anyres(
                OriginalPinpoints.read(config, tower.imageSize()),
                maxTiles.map(Integer::parseInt).map(OptionalInt::of).orElse(OptionalInt.empty()));
    }
}
