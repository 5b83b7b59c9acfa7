package io.flinkllava.runtime.image;

/**
 * What a picture says about itself before anything is decoded.
 *
 * @param width in pixels, as stored
 * @param height in pixels, as stored
 * @param exif how the stored picture has to be turned, and more
 */
record PictureHeader(int width, int height, Exif exif) {

    Orientation orientation() {
        return exif.orientation();
    }
}
