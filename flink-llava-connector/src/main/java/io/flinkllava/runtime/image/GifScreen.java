package io.flinkllava.runtime.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A GIF file up to its first frame (GIF89a specification, sections 18 to 23).
 *
 * @param width of the screen; widened to hold the first frame
 * @param height of the screen; widened to hold the first frame
 * @param frame where the first frame lies
 * @param background {@code 0xRRGGBB} of what the frame leaves free
 */
record GifScreen(int width, int height, Window frame, int background) {

    private static final int SCREEN_BYTES = 13;
    private static final int EXTENSION = 0x21;
    private static final int GRAPHIC_CONTROL = 0xf9;
    private static final int IMAGE = 0x2c;

    /** Reads as far as the first frame's palette. */
    static GifScreen read(byte[] encoded) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(encoded).order(ByteOrder.LITTLE_ENDIAN);
        int width = Short.toUnsignedInt(data.getShort(6));
        int height = Short.toUnsignedInt(data.getShort(8));
        int palette = SCREEN_BYTES;
        int transparent = 0;
        data.position(SCREEN_BYTES + paletteBytes(data.get(10)));
        while (data.get(data.position()) == EXTENSION) {
            int block = data.position();
            if ((data.get(block + 1) & 0xff) == GRAPHIC_CONTROL && (data.get(block + 3) & 1) == 1) {
                transparent = data.get(block + 6) & 0xff;
            }
            skipExtension(data);
        }
        if (data.get() != IMAGE) {
            throw new IOException("it has no frame");
        }
        Window frame = new Window(unsigned(data), unsigned(data), unsigned(data), unsigned(data));
        byte flags = data.get();
        if (paletteBytes(flags) > 0) {
            palette = data.position();
        }
        return new GifScreen(
                Math.max(width, frame.x() + frame.width()),
                Math.max(height, frame.y() + frame.height()),
                frame,
                colour(data, palette + 3 * transparent));
    }

    /** Whether the first frame leaves nothing of the screen free. */
    boolean isFilled() {
        return frame.equals(Window.all(width, height));
    }

    private static int paletteBytes(byte flags) {
        return (flags & 0x80) == 0 ? 0 : 3 * (2 << (flags & 7));
    }

    private static void skipExtension(ByteBuffer data) {
        data.position(data.position() + 2);
        int length = data.get() & 0xff;
        while (length > 0) {
            data.position(data.position() + length);
            length = data.get() & 0xff;
        }
    }

    private static int unsigned(ByteBuffer data) {
        return Short.toUnsignedInt(data.getShort());
    }

    private static int colour(ByteBuffer data, int position) {
        return (data.get(position) & 0xff) << 16
                | (data.get(position + 1) & 0xff) << 8
                | (data.get(position + 2) & 0xff);
    }
}
