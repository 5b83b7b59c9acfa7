package io.flinkllava.runtime.checkpoint;

import java.util.Map;
import java.util.TreeMap;

/** Reads {@code config.json} by the family that its {@code model_type} names. */
final class LlavaConfigReader {

    private static final Map<String, LlavaFamily> FAMILIES =
            Map.of(
                    "llava", new LlavaHfFamily(),
                    "vipllava", new VipLlavaFamily(),
                    "llava_next", LlavaNextFamily.images(),
                    "llava_next_video", LlavaNextFamily.withVideo(),
                    "llava_onevision", new LlavaOnevisionFamily());

    private LlavaConfigReader() {}

    static LlavaConfig read(JsonObject config) {
        LlavaFamily family = FAMILIES.get(config.text("model_type").orElse(""));
        if (family == null) {
            throw config.wrong(
                    "model_type",
                    "one of "
                            + String.join(", ", new TreeMap<>(FAMILIES).keySet())
                            + ": no other family is supported");
        }
        return family.read(config);
    }
}
