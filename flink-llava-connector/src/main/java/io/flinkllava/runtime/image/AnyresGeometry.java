package io.flinkllava.runtime.image;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * Where a picture lies in its grid of tiles. Sources: {@code select_best_resolution}, {@code
 * get_patch_output_size} and {@code unpad_image} of Hugging Face transformers 5 ({@code
 * image_processing_utils.py}, {@code modeling_llava_next.py}).
 *
 * @param height of the picture in pixels
 * @param width of the picture in pixels
 * @param best the pinpoint that is chosen, in pixels
 */
record AnyresGeometry(int height, int width, Size best) {

    private static final int DECIMALS = 7;

    /**
     * Chooses the resolution that keeps most of the picture, then the one that wastes least, then
     * the first.
     */
    static AnyresGeometry of(int height, int width, List<Size> pinpoints) {
        Size best = null;
        long bestEffective = 0;
        long bestWaste = Long.MAX_VALUE;
        for (Size pinpoint : pinpoints) {
            double scale =
                    Math.min(
                            (double) pinpoint.width() / width, (double) pinpoint.height() / height);
            long scaled = (long) (int) (width * scale) * (int) (height * scale);
            long effective = Math.min(scaled, (long) width * height);
            long waste = (long) pinpoint.width() * pinpoint.height() - effective;
            if (effective > bestEffective || (effective == bestEffective && waste < bestWaste)) {
                best = pinpoint;
                bestEffective = effective;
                bestWaste = waste;
            }
        }
        return new AnyresGeometry(height, width, best);
    }

    /** The size of the picture inside the chosen resolution, aspect ratio kept. */
    Size resized() {
        double across = (double) best.width() / width;
        double down = (double) best.height() / height;
        return across < down
                ? new Size((int) Math.min(Math.ceil(height * across), best.height()), best.width())
                : new Size(best.height(), (int) Math.min(Math.ceil(width * down), best.width()));
    }

    /**
     * The part of the grid's features that shows the picture and not what was padded. Empty where
     * the picture is narrower than one feature.
     *
     * @param columns of the whole grid
     * @param rows of the whole grid
     */
    Window unpadded(int columns, int rows) {
        if ((double) width / height > (double) columns / rows) {
            int padding = (rows - truncated(height * ((double) columns / width))) / 2;
            return new Window(0, padding, columns, rows - 2 * padding);
        }
        int padding = (columns - truncated(width * ((double) rows / height))) / 2;
        return new Window(padding, 0, columns - 2 * padding, rows);
    }

    /** {@code int(round(value, 7))} of Python: 23.99999999 is 24. */
    private static int truncated(double value) {
        return new BigDecimal(value).setScale(DECIMALS, RoundingMode.HALF_EVEN).intValue();
    }
}
