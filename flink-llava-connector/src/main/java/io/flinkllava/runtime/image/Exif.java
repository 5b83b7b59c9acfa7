package io.flinkllava.runtime.image;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.ResolverStyle;
import java.util.Optional;

/**
 * What matters here of an EXIF block, which is a small TIFF file. A broken block must not cost the
 * picture: what cannot be read is not there.
 *
 * @param orientation upright, where the block says nothing
 * @param takenAt by the camera's clock
 */
record Exif(Orientation orientation, Optional<LocalDateTime> takenAt) {

    static final Exif NONE = new Exif(Orientation.UPRIGHT, Optional.empty());

    private static final int ORIENTATION = 0x0112;
    private static final int DATE_TIME = 0x0132;
    private static final int EXIF_DIRECTORY = 0x8769;
    private static final int DATE_TIME_ORIGINAL = 0x9003;
    private static final int SHORT = 3;
    private static final int LONG = 4;
    private static final int ENTRY_BYTES = 12;
    private static final int DATE_TIME_CHARACTERS = 19;
    private static final DateTimeFormatter DATE_TIME_FORMAT =
            DateTimeFormatter.ofPattern("uuuu:MM:dd HH:mm:ss")
                    .withResolverStyle(ResolverStyle.STRICT);

    /**
     * Reads a block.
     *
     * @param block from its position to its limit, starting with the byte order mark or with {@code
     *     Exif\0\0}
     */
    static Exif read(ByteBuffer block) {
        ByteBuffer tiff = tiff(block.slice());
        Optional<LocalDateTime> original =
                entry(tiff, 4, EXIF_DIRECTORY)
                        .flatMap(entry -> entry(tiff, entry + 8, DATE_TIME_ORIGINAL))
                        .flatMap(entry -> dateTime(tiff, entry));
        return new Exif(
                entry(tiff, 4, ORIENTATION)
                        .map(entry -> orientation(tiff, entry))
                        .orElse(Orientation.UPRIGHT),
                original.or(
                        () -> entry(tiff, 4, DATE_TIME).flatMap(entry -> dateTime(tiff, entry))));
    }

    private static ByteBuffer tiff(ByteBuffer block) {
        boolean named = block.remaining() >= 6 && block.getInt(0) == 0x45786966;
        ByteBuffer tiff = named ? block.position(6).slice() : block;
        boolean little = tiff.remaining() >= 2 && tiff.getShort(0) == 0x4949;
        return tiff.order(little ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    }

    /** Where a tag's entry is in the directory that a place of the block points to. */
    private static Optional<Integer> entry(ByteBuffer tiff, int pointer, int tag) {
        try {
            int directory = tiff.getInt(pointer);
            int entries = Short.toUnsignedInt(tiff.getShort(directory));
            for (int i = 0; i < entries; i++) {
                int entry = directory + 2 + i * ENTRY_BYTES;
                if (Short.toUnsignedInt(tiff.getShort(entry)) == tag) {
                    return Optional.of(entry);
                }
            }
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            // The block ends early.
        }
        return Optional.empty();
    }

    private static Orientation orientation(ByteBuffer tiff, int entry) {
        try {
            return switch (tiff.getShort(entry + 2)) {
                case SHORT -> Orientation.of(tiff.getShort(entry + 8));
                case LONG -> Orientation.of(tiff.getInt(entry + 8));
                default -> Orientation.UPRIGHT;
            };
        } catch (IndexOutOfBoundsException e) {
            return Orientation.UPRIGHT;
        }
    }

    private static Optional<LocalDateTime> dateTime(ByteBuffer tiff, int entry) {
        try {
            byte[] text = new byte[DATE_TIME_CHARACTERS];
            tiff.get(tiff.getInt(entry + 8), text);
            return Optional.of(
                    LocalDateTime.parse(
                            new String(text, StandardCharsets.US_ASCII), DATE_TIME_FORMAT));
        } catch (BufferUnderflowException | IndexOutOfBoundsException | DateTimeException e) {
            return Optional.empty();
        }
    }
}
