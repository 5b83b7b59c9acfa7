package io.flinkllava.runtime.image;

/**
 * What a picture says about itself before anything is decoded.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param orientation how the stored picture has to be turned
 */
record PictureHeader(int width, int height, Orientation orientation) {}
