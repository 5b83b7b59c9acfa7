package io.flinkllava.runtime.image;

import java.util.List;

/**
 * EXIF orientation: how the camera was held. Turned as {@code PIL.ImageOps.exif_transpose} does,
 * which Hugging Face's {@code load_image} calls.
 */
enum Orientation {
    UPRIGHT,
    MIRRORED,
    HALF_TURN,
    FLIPPED,
    TRANSPOSED,
    QUARTER_TURN_RIGHT,
    TRANSVERSED,
    QUARTER_TURN_LEFT;

    private static final Orientation[] VALUES = values();

    /** Knows the tag's values 1 to 8; all others mean nothing and so upright. */
    static Orientation of(int tagValue) {
        return tagValue >= 1 && tagValue <= VALUES.length ? VALUES[tagValue - 1] : UPRIGHT;
    }

    /** EXIF's number of it, 1 to 8. */
    int tagValue() {
        return List.of(VALUES).indexOf(this) + 1;
    }

    RgbImage apply(RgbImage stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int width = swapsAxes() ? stored.height() : stored.width();
        int height = swapsAxes() ? stored.width() : stored.height();
        byte[] in = stored.rgb();
        byte[] out = new byte[in.length];
        for (int y = 0, to = 0; y < height; y++) {
            for (int x = 0; x < width; x++, to += 3) {
                int from = 3 * sourcePixel(x, y, stored);
                out[to] = in[from];
                out[to + 1] = in[from + 1];
                out[to + 2] = in[from + 2];
            }
        }
        return new RgbImage(width, height, out);
    }

    private boolean swapsAxes() {
        return switch (this) {
            case UPRIGHT, MIRRORED, HALF_TURN, FLIPPED -> false;
            case TRANSPOSED, QUARTER_TURN_RIGHT, TRANSVERSED, QUARTER_TURN_LEFT -> true;
        };
    }

    private int sourcePixel(int x, int y, RgbImage stored) {
        int right = stored.width() - 1;
        int bottom = stored.height() - 1;
        return switch (this) {
            case UPRIGHT -> y * stored.width() + x;
            case MIRRORED -> y * stored.width() + right - x;
            case HALF_TURN -> (bottom - y) * stored.width() + right - x;
            case FLIPPED -> (bottom - y) * stored.width() + x;
            case TRANSPOSED -> x * stored.width() + y;
            case QUARTER_TURN_RIGHT -> (bottom - x) * stored.width() + y;
            case TRANSVERSED -> (bottom - x) * stored.width() + right - y;
            case QUARTER_TURN_LEFT -> x * stored.width() + right - y;
        };
    }
}
