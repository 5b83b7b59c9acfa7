package io.flinkllava.runtime.image;

import java.util.Objects;

/**
 * A picture of 8-bit RGB pixels, {@code [height, width, 3]}, row by row, channels interleaved.
 *
 * <p>The bytes are neither copied in nor out: whoever holds them must not change them.
 */
public final class RgbImage {

    private final int width;
    private final int height;
    private final byte[] rgb;

    /**
     * Wraps the bytes.
     *
     * @param width in pixels, at least 1
     * @param height in pixels, at least 1
     * @param rgb {@code 3 * width * height} bytes
     */
    public RgbImage(int width, int height, byte[] rgb) {
        Objects.requireNonNull(rgb, "rgb");
        if (width < 1 || height < 1 || rgb.length != 3L * width * height) {
            throw new IllegalArgumentException(
                    rgb.length + " bytes are no RGB picture of " + width + " x " + height);
        }
        this.width = width;
        this.height = height;
        this.rgb = rgb;
    }

    public int width() {
        return width;
    }

    public int height() {
        return height;
    }

    /** The pixels themselves, not a copy. */
    public byte[] rgb() {
        return rgb;
    }

    /** Copies a part that lies inside. */
    RgbImage part(Window window) {
        byte[] copy = new byte[3 * window.width() * window.height()];
        for (int y = 0; y < window.height(); y++) {
            System.arraycopy(
                    rgb,
                    3 * ((window.y() + y) * width + window.x()),
                    copy,
                    3 * y * window.width(),
                    3 * window.width());
        }
        return new RgbImage(window.width(), window.height(), copy);
    }
}
