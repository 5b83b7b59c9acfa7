package io.flinkllava.runtime.image;

/**
 * What a vision tower reads: float32 {@code [3, height, width]}, channel first, normalised.
 *
 * <p>The values are neither copied in nor out: whoever holds them must not change them.
 */
public final class PixelValues {

    private final int height;
    private final int width;
    private final float[] values;

    PixelValues(int height, int width, float[] values) {
        if (values.length != 3L * height * width) {
            throw new IllegalArgumentException(
                    values.length + " values are not [3, " + height + ", " + width + "]");
        }
        this.height = height;
        this.width = width;
        this.values = values;
    }

    public int height() {
        return height;
    }

    public int width() {
        return width;
    }

    /** The values themselves, not a copy. */
    public float[] values() {
        return values;
    }
}
