package io.flinkllava.runtime;

import java.time.LocalDateTime;
import java.util.Objects;

/**
 * What a picture says of itself.
 *
 * @param format {@code PNG}, {@code JPEG}, {@code GIF}, {@code BMP}, {@code TIFF} or {@code WEBP},
 *     told by its first bytes
 * @param width in pixels, as stored: before it is turned
 * @param height in pixels, as stored: before it is turned
 * @param orientation EXIF's 1 to 8, how the stored picture has to be turned; 1 is upright, and what
 *     is said of pictures that say nothing
 * @param takenAt when it was taken, by the camera's own clock (EXIF {@code DateTimeOriginal}, else
 *     {@code DateTime}); null where it is not said. EXIF's zone is rarely known and left out
 * @param sha256 of the encoded bytes, 64 hexadecimal digits: the same bytes, the same picture
 */
public record PictureInfo(
        String format,
        int width,
        int height,
        int orientation,
        LocalDateTime takenAt,
        String sha256) {

    private static final int FIRST_ON_ITS_SIDE = 5;

    public PictureInfo {
        Objects.requireNonNull(format, "format");
        Objects.requireNonNull(sha256, "sha256");
    }

    /** In pixels, as shown. */
    public int uprightWidth() {
        return liesOnItsSide() ? height : width;
    }

    /** In pixels, as shown. */
    public int uprightHeight() {
        return liesOnItsSide() ? width : height;
    }

    private boolean liesOnItsSide() {
        return orientation >= FIRST_ON_ITS_SIDE;
    }

    /**
     * Reads it from the header; no pixel is decoded.
     *
     * @param encoded not changed
     * @throws LlavaException with code INPUT if this is no picture or its header is broken
     */
    public static PictureInfo of(byte[] encoded) {
        return Pictures.installed().info(encoded);
    }
}
