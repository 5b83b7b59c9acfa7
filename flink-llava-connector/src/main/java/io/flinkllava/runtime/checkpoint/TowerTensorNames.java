package io.flinkllava.runtime.checkpoint;

import java.util.List;

/**
 * Maps the names in a vision tower's own files to those of {@link Weights}. {@code CLIPModel} and
 * {@code CLIPVisionModel} of transformers 4 write {@code vision_model.*}, transformers 5 leaves
 * that out. What else such a file holds, a text tower above all, keeps its name and is never asked
 * for.
 */
final class TowerTensorNames {

    private static final String TOWER = "vision_tower.";
    private static final String MODEL = "vision_model.";
    private static final List<String> PARTS =
            List.of("embeddings.", "pre_layrnorm.", "encoder.", "post_layernorm.", "head.");

    private TowerTensorNames() {}

    static String canonical(String name) {
        if (name.startsWith(MODEL)) {
            return TOWER + name;
        }
        return PARTS.stream().anyMatch(name::startsWith) ? TOWER + MODEL + name : name;
    }
}
