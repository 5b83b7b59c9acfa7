package io.flinkllava.runtime.checkpoint;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Guesses the conversation style of a checkpoint that has no chat template, much as {@code
 * llava/eval/run_llava.py} of the original code: by names, since no file says it.
 */
final class ConversationName {

    private static final String V0 = "llava_v0";
    private static final String V1 = "llava_v1";
    private static final String MISTRAL = "mistral_instruct";
    private static final String QWEN = "qwen_2";

    /** These leave nothing to guess. */
    private static final Map<LanguageModel, String> LANGUAGE_MODELS =
            Map.of(LanguageModel.MISTRAL, MISTRAL, LanguageModel.QWEN2, QWEN);

    private static final Map<String, String> FAMILIES =
            Map.of("llava", "llava_15", "llava_onevision", QWEN, "vipllava", V0);

    /** Not the v0.2 of a Mistral. */
    private static final Pattern VERSION_0 = Pattern.compile("(?<![a-z])v0(?![.\\d])");

    private ConversationName() {}

    /** Guesses the style of a checkpoint in the layout of the original code. */
    static String original(JsonObject config, Path folder) {
        return Optional.ofNullable(LANGUAGE_MODELS.get(OriginalLlavaFamily.languageModel(config)))
                .orElseGet(() -> byNames(config, folder));
    }

    /** Guesses the style of a Hugging Face checkpoint. */
    static String huggingFace(JsonObject config, Path folder) {
        return Optional.ofNullable(FAMILIES.get(config.text("model_type").orElse("")))
                .orElseGet(() -> byNames(config, folder));
    }

    private static String byNames(JsonObject config, Path folder) {
        return byName(folderName(folder))
                .or(() -> config.text("_name_or_path").flatMap(ConversationName::byName))
                .orElse(V1);
    }

    private static Optional<String> byName(String mixedCase) {
        String name = mixedCase.toLowerCase(Locale.ROOT);
        if (name.contains("llama-2")) {
            return Optional.of("llava_llama_2");
        } else if (name.contains("mistral")) {
            return Optional.of(MISTRAL);
        } else if (name.contains("v1.6-34b") || name.contains("yi-34b")) {
            return Optional.of("chatml_direct");
        } else if (name.contains("qwen")) {
            return Optional.of(QWEN);
        } else if (name.contains("v1")) {
            return Optional.of(V1);
        } else if (name.contains("mpt")) {
            return Optional.of("mpt");
        }
        return VERSION_0.matcher(name).find() ? Optional.of(V0) : Optional.empty();
    }

    /** A folder that a trainer numbered says as much as the one around it. */
    private static String folderName(Path folder) {
        Path path = folder.toAbsolutePath().normalize();
        String name = String.valueOf(path.getFileName());
        return name.startsWith("checkpoint-") ? path.getParent().getFileName() + "_" + name : name;
    }
}
