package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.RopeConfig.Linear;
import io.flinkllava.runtime.checkpoint.RopeConfig.Llama3;
import io.flinkllava.runtime.checkpoint.RopeConfig.Scaling;
import io.flinkllava.runtime.checkpoint.RopeConfig.Unscaled;

import java.util.List;
import java.util.Optional;

/**
 * Reads the rotary embeddings where transformers 4 ({@code rope_theta}, {@code rope_scaling}) and 5
 * ({@code rope_parameters}) write them. What wins where a file has several follows {@code
 * convert_rope_params_to_dict} in {@code modeling_rope_utils.py}.
 */
final class RopeReader {

    private static final double THETA = 10_000;
    private static final String ORIGINAL_POSITIONS = "original_max_position_embeddings";

    private RopeReader() {}

    static RopeConfig read(JsonObject text, int maxPositionEmbeddings) {
        JsonObject rope =
                section(text, "rope_scaling")
                        .or(() -> section(text, "rope_parameters"))
                        .orElseGet(() -> text.emptyObject("rope_parameters"));
        JsonObject thetaHolder = rope.has("rope_theta") ? rope : text;
        return new RopeConfig(
                positive(thetaHolder, "rope_theta", THETA),
                scaling(rope, text, maxPositionEmbeddings));
    }

    private static Optional<JsonObject> section(JsonObject text, String name) {
        return text.object(name).filter(section -> !section.names().isEmpty());
    }

    private static Scaling scaling(JsonObject rope, JsonObject text, int maxPositionEmbeddings) {
        String key = rope.has("rope_type") ? "rope_type" : "type";
        return switch (rope.text(key).orElse("default")) {
            case "default" -> new Unscaled();
            case "linear" -> new Linear(required(rope, "factor"));
            case "llama3" -> llama3(rope, text, maxPositionEmbeddings);
            default ->
                    throw rope.wrong(
                            key, "default, linear or llama3: no other scaling is supported yet");
        };
    }

    private static Llama3 llama3(JsonObject rope, JsonObject text, int maxPositionEmbeddings) {
        double low = required(rope, "low_freq_factor");
        double high = required(rope, "high_freq_factor");
        if (high <= low) {
            throw rope.wrong("high_freq_factor", "above low_freq_factor, " + low);
        }
        int original = maxPositionEmbeddings;
        for (JsonObject holder : List.of(rope, text)) {
            original = holder.positive(ORIGINAL_POSITIONS, original);
        }
        return new Llama3(required(rope, "factor"), low, high, original);
    }

    private static double required(JsonObject rope, String name) {
        return positive(rope, name, 0);
    }

    private static double positive(JsonObject holder, String name, double absent) {
        double value = holder.number(name, absent);
        if (!(value > 0)) {
            throw holder.wrong(name, "a positive number");
        }
        return value;
    }
}
