package io.flinkllava.runtime.image;

/**
 * What a picture's header says, nothing decoded.
 *
 * @param format {@code png}, {@code jpeg}, {@code webp}, {@code gif}, {@code bmp} or {@code tiff}
 * @param width in pixels, as shown: EXIF orientation applied
 * @param height in pixels, as shown
 */
public record ImageHeader(String format, int width, int height) {}
