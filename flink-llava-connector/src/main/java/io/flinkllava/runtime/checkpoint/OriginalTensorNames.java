package io.flinkllava.runtime.checkpoint;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Maps the names of the original code's files to those of {@link Weights}: the language model at
 * the root, and beside its layers {@code model.mm_projector.*}, {@code
 * model.vision_tower.vision_tower.*} and {@code model.image_newline}.
 */
final class OriginalTensorNames {

    private static final String LANGUAGE_MODEL = "language_model.";
    private static final String TOWER = "model.vision_tower.vision_tower.";
    private static final String NEWLINE = "model.image_newline";

    /** A module of its own, or one of a {@code Sequential} in which activations count as well. */
    private static final Pattern PROJECTOR =
            Pattern.compile("model\\.mm_projector\\.(?:(\\d{1,3})\\.)?(weight|bias)");

    private OriginalTensorNames() {}

    static String canonical(String name) {
        Matcher projector = PROJECTOR.matcher(name);
        if (projector.matches()) {
            String module = projector.group(1);
            int layer = module == null ? 1 : Integer.parseInt(module) / 2 + 1;
            return "multi_modal_projector.linear_" + layer + "." + projector.group(2);
        }
        if (name.startsWith(TOWER)) {
            return TowerTensorNames.canonical(name.substring(TOWER.length()));
        }
        if (name.equals(NEWLINE)) {
            return name.substring("model.".length());
        }
        return LANGUAGE_MODEL + name;
    }
}
