package io.flinkllava.runtime.image;

/** Lays a frame of an animation on its canvas. */
final class Canvas {

    private Canvas() {}

    /**
     * Makes a canvas of one colour.
     *
     * @param colour {@code 0xRRGGBB}
     */
    static RgbImage of(int width, int height, int colour) {
        byte[] rgb = new byte[Math.multiplyExact(3 * width, height)];
        for (int i = 0; i < rgb.length; i += 3) {
            rgb[i] = (byte) (colour >> 16);
            rgb[i + 1] = (byte) (colour >> 8);
            rgb[i + 2] = (byte) colour;
        }
        return new RgbImage(width, height, rgb);
    }

    /** Copies the frame, which must fit, onto the canvas and gives the canvas back. */
    static RgbImage lay(RgbImage frame, int x, int y, RgbImage canvas) {
        int stride = 3 * frame.width();
        for (int row = 0; row < frame.height(); row++) {
            int target = 3 * ((y + row) * canvas.width() + x);
            System.arraycopy(frame.rgb(), row * stride, canvas.rgb(), target, stride);
        }
        return canvas;
    }
}
