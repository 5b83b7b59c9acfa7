package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code image_grid_pinpoints} of the original code, where the width comes first: {@code
 * [[width, height], ...]}, the same as a Python literal in a string, or {@code "(1x1),...,(6x6)"},
 * the first and the last of a grid of tiles ({@code process_anyres_image} of {@code
 * llava/mm_utils.py} there and in LLaVA-NeXT).
 */
final class OriginalPinpoints {

    private static final String KEY = "image_grid_pinpoints";
    private static final Pattern PAIR =
            Pattern.compile("[\\[(]\\s*(\\d{1,6})\\s*,\\s*(\\d{1,6})\\s*[\\])]");
    private static final Pattern LITERAL =
            Pattern.compile(
                    String.format("\\s*[\\[(]\\s*%1$s(\\s*,\\s*%1$s)*\\s*,?\\s*[\\])]\\s*", PAIR));
    private static final Pattern GRID =
            Pattern.compile("\\s*\\((\\d)x(\\d)\\)\\s*,.*,\\s*\\((\\d)x(\\d)\\)\\s*");

    private final JsonObject config;
    private final int tile;

    private OriginalPinpoints(JsonObject config, int tile) {
        this.config = config;
        this.tile = tile;
    }

    /**
     * Reads the resolutions in their order.
     *
     * @param tile side of a tile; each resolution is made of whole ones
     */
    static List<Size> read(JsonObject config, int tile) {
        return new OriginalPinpoints(config, tile).read();
    }

    private List<Size> read() {
        JsonNode value = config.value(KEY).orElseThrow(this::wrong);
        List<Size> pinpoints = value.isTextual() ? parsed(value.textValue()) : listed(value);
        if (pinpoints.isEmpty()) {
            throw wrong();
        }
        return pinpoints;
    }

    private List<Size> listed(JsonNode list) {
        List<Size> pinpoints = new ArrayList<>();
        for (JsonNode pair : list) {
            if (pair.size() != 2 || !pair.path(0).isInt() || !pair.path(1).isInt()) {
                throw wrong();
            }
            pinpoints.add(size(pair.path(0).intValue(), pair.path(1).intValue()));
        }
        return pinpoints;
    }

    private List<Size> parsed(String text) {
        Matcher grid = GRID.matcher(text);
        if (grid.matches()) {
            return grid(grid);
        }
        if (!LITERAL.matcher(text).matches()) {
            throw wrong();
        }
        return PAIR.matcher(text)
                .results()
                .map(pair -> size(Integer.parseInt(pair.group(1)), Integer.parseInt(pair.group(2))))
                .toList();
    }

    private List<Size> grid(Matcher ends) {
        List<Size> pinpoints = new ArrayList<>();
        for (int columns = digit(ends, 1); columns <= digit(ends, 3); columns++) {
            for (int rows = digit(ends, 2); rows <= digit(ends, 4); rows++) {
                pinpoints.add(size(columns * tile, rows * tile));
            }
        }
        return pinpoints;
    }

    private static int digit(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }

    private Size size(int width, int height) {
        if (width <= 0 || height <= 0 || width % tile != 0 || height % tile != 0) {
            throw wrong();
        }
        return new Size(height, width);
    }

    private LlavaException wrong() {
        return config.wrong(
                KEY,
                "a list of [width, height] in multiples of the vision tower's image_size, "
                        + tile
                        + ", or such a list in a string, where image_aspect_ratio is anyres");
    }
}
