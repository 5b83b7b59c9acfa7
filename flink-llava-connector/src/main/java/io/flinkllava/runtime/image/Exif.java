package io.flinkllava.runtime.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Finds the orientation in an EXIF block, which is a small TIFF file. One tag of the first
 * directory is all that matters here, and a broken block must not cost the picture.
 */
final class Exif {

    private static final int ORIENTATION = 0x0112;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int ENTRY_BYTES = 12;

    private Exif() {}

    /**
     * Reads a block.
     *
     * @param block from its position to its limit, starting with the byte order mark or with {@code
     *     Exif\0\0}
     * @return upright, where the block is broken or says nothing
     */
    static Orientation orientation(ByteBuffer block) {
        try {
            return read(block.slice());
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            return Orientation.UPRIGHT;
        }
    }

    private static Orientation read(ByteBuffer block) {
        ByteBuffer tiff = block.getInt(0) == 0x45786966 ? block.position(6).slice() : block;
        short mark = tiff.getShort(0);
        tiff.order(mark == 0x4949 ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
        int directory = tiff.getInt(4);
        int entries = Short.toUnsignedInt(tiff.getShort(directory));
        for (int i = 0; i < entries; i++) {
            int entry = directory + 2 + i * ENTRY_BYTES;
            if (Short.toUnsignedInt(tiff.getShort(entry)) == ORIENTATION) {
                return value(tiff, entry);
            }
        }
        return Orientation.UPRIGHT;
    }

    private static Orientation value(ByteBuffer tiff, int entry) {
        return switch (tiff.getShort(entry + 2)) {
            case SHORT -> Orientation.of(tiff.getShort(entry + 8));
            case LONG -> Orientation.of(tiff.getInt(entry + 8));
            default -> Orientation.UPRIGHT;
        };
    }
}
