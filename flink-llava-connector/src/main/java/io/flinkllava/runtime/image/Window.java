package io.flinkllava.runtime.image;

/** A part of a picture, in pixels. */
record Window(int x, int y, int width, int height) {

    static Window all(int width, int height) {
        return new Window(0, 0, width, height);
    }
}
