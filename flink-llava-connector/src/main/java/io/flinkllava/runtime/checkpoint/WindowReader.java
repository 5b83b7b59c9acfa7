package io.flinkllava.runtime.checkpoint;

import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/** Reads how far each layer looks back. */
final class WindowReader {

    private static final int SLIDING_WINDOW = 4096;
    private static final int MAX_WINDOW_LAYERS = 28;
    private static final String SLIDING = "sliding_attention";
    private static final String FULL = "full_attention";

    private WindowReader() {}

    /** One window for each layer. */
    static List<OptionalInt> read(JsonObject text, LanguageModel model, int layers) {
        return switch (model.windowRule) {
            case NO_LAYER -> Collections.nCopies(layers, OptionalInt.empty());
            case EVERY_LAYER -> Collections.nCopies(layers, slidingWindow(text));
            case CHOSEN_LAYERS -> chosen(text, layers);
        };
    }

    private static List<OptionalInt> chosen(JsonObject text, int layers) {
        OptionalInt window =
                text.flag("use_sliding_window", false) ? slidingWindow(text) : OptionalInt.empty();
        return slides(text, layers, window.isPresent()).stream()
                .map(slides -> slides ? window : OptionalInt.empty())
                .toList();
    }

    private static List<Boolean> slides(JsonObject text, int layers, boolean hasWindow) {
        if (!text.has("layer_types")) {
            int first = text.natural("max_window_layers", MAX_WINDOW_LAYERS);
            return IntStream.range(0, layers).mapToObj(layer -> layer >= first).toList();
        }
        List<String> types = text.texts("layer_types");
        if (types.size() != layers || !List.of(SLIDING, FULL).containsAll(types)) {
            throw text.wrong(
                    "layer_types", FULL + " or " + SLIDING + " for each of " + layers + " layers");
        }
        if (types.contains(SLIDING) && !hasWindow) {
            throw text.wrong(
                    "layer_types",
                    FULL + " throughout where use_sliding_window or sliding_window is off");
        }
        return types.stream().map(SLIDING::equals).toList();
    }

    /** Unlike elsewhere {@code null} is not the same as absent: it says that there is none. */
    private static OptionalInt slidingWindow(JsonObject text) {
        return text.isNull("sliding_window")
                ? OptionalInt.empty()
                : OptionalInt.of(text.positive("sliding_window", SLIDING_WINDOW));
    }
}
