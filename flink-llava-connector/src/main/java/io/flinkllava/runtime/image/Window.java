package io.flinkllava.runtime.image;

/** A part of a picture, in pixels. */
record Window(int x, int y, int width, int height) {

    static Window all(int width, int height) {
        return new Window(0, 0, width, height);
    }

    /** What a rectangle with its corner at (x, y) shows of a picture of some size; may be empty. */
    static Window overlap(
            int pictureWidth, int pictureHeight, int x, int y, int width, int height) {
        int left = Math.max(x, 0);
        int top = Math.max(y, 0);
        return new Window(
                left,
                top,
                Math.min(x + width, pictureWidth) - left,
                Math.min(y + height, pictureHeight) - top);
    }

    boolean isEmpty() {
        return width <= 0 || height <= 0;
    }
}
