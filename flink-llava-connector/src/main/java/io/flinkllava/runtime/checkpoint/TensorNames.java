package io.flinkllava.runtime.checkpoint;

import java.util.List;

/**
 * Maps the names that files use to those of {@link Weights}. Transformers 4 wrote {@code
 * language_model.model.*}, {@code vision_tower.vision_model.*}; transformers 5 keeps {@code
 * model.language_model.*} and {@code lm_head.weight} in memory and drops {@code vision_model} in
 * files too.
 */
final class TensorNames {

    private static final String TOWER = "vision_tower.";
    private static final String TOWER_MODEL = "vision_tower.vision_model.";
    private static final String IN_MEMORY = "model.";
    private static final List<String> PARTS =
            List.of(TOWER, "multi_modal_projector.", "image_newline");
    private static final String IN_MEMORY_TEXT = "model.language_model.";

    private TensorNames() {}

    static String canonical(String name) {
        if (name.startsWith(IN_MEMORY_TEXT)) {
            return "language_model.model." + name.substring(IN_MEMORY_TEXT.length());
        }
        if (name.startsWith("lm_head.")) {
            return "language_model." + name;
        }
        String part = withoutModel(name);
        if (part.startsWith(TOWER) && !part.startsWith(TOWER_MODEL)) {
            return TOWER_MODEL + part.substring(TOWER.length());
        }
        return part;
    }

    private static String withoutModel(String name) {
        String rest = name.startsWith(IN_MEMORY) ? name.substring(IN_MEMORY.length()) : name;
        return PARTS.stream().anyMatch(rest::startsWith) ? rest : name;
    }
}
