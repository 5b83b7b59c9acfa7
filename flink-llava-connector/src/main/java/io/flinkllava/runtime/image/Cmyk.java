package io.flinkllava.runtime.image;

/** The plain formula of Pillow ({@code cmyk2rgb} in {@code src/libImaging/Convert.c}). */
final class Cmyk {

    private Cmyk() {}

    /** Converts amounts of ink from 0 to 255 to {@code 0xRRGGBB}. */
    static int toRgb(int cyan, int magenta, int yellow, int black) {
        int light = 255 - black;
        return channel(cyan, light) << 16 | channel(magenta, light) << 8 | channel(yellow, light);
    }

    private static int channel(int ink, int light) {
        int product = ink * light + 128;
        return Math.max(light - ((product + (product >> 8)) >> 8), 0);
    }
}
