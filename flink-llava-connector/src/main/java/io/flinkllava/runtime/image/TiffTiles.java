package io.flinkllava.runtime.image;

import com.twelvemonkeys.imageio.metadata.CompoundDirectory;
import com.twelvemonkeys.imageio.metadata.Directory;
import com.twelvemonkeys.imageio.metadata.Entry;
import com.twelvemonkeys.imageio.metadata.tiff.TIFF;
import com.twelvemonkeys.imageio.metadata.tiff.TIFFReader;

import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.Arrays;

/**
 * The tiles of a TIFF's first page; strips are tiles as wide as the page. A tile may be a JPEG of
 * its own, whose header nobody else holds against the page's.
 *
 * @param directory of the page, read as the decoder reads it
 */
record TiffTiles(Directory directory, PictureHeader page) {

    private static final int UNCOMPRESSED = 1;
    private static final int OLD_JPEG = 6;
    private static final int JPEG = 7;

    /** A page may be smaller than its tiles, which writers choose without looking at it. */
    private static final int USUAL_SIDE = 4096;

    /** JPEG knows whole blocks only. */
    private static final int BLOCK = 16;

    static TiffTiles read(byte[] encoded, PictureHeader page) throws IOException {
        try (ImageInputStream input =
                new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            CompoundDirectory pages = (CompoundDirectory) new TIFFReader().read(input);
            return new TiffTiles(pages.getDirectory(0), page);
        }
    }

    /**
     * Checks what takes memory and time.
     *
     * @throws IOException if a tile is larger than the page needs it, or is another picture than
     *     the page says
     */
    void check(byte[] encoded) throws IOException {
        long rows = Math.min(page.height(), number(TIFF.TAG_ROWS_PER_STRIP, Integer.MAX_VALUE));
        long width = number(TIFF.TAG_TILE_WIDTH, page.width());
        long height = number(TIFF.TAG_TILE_HEIGTH, rows);
        if (width > Math.max(USUAL_SIDE, page.width())
                || height > Math.max(USUAL_SIDE, page.height())) {
            throw new IOException("its tiles are larger than itself");
        }
        long compression = number(TIFF.TAG_COMPRESSION, UNCOMPRESSED);
        if (compression == OLD_JPEG) {
            throw new IOException("it holds JPEG as TIFF 6.0 once had it: send it as JPEG");
        }
        if (compression == JPEG) {
            boolean tiled = directory.getEntryById(TIFF.TAG_TILE_OFFSETS) != null;
            checkJpegs(
                    encoded,
                    numbers(tiled ? TIFF.TAG_TILE_OFFSETS : TIFF.TAG_STRIP_OFFSETS),
                    numbers(tiled ? TIFF.TAG_TILE_BYTE_COUNTS : TIFF.TAG_STRIP_BYTE_COUNTS),
                    Window.all((int) width, (int) height));
        }
    }

    private static void checkJpegs(byte[] encoded, long[] offsets, long[] counts, Window tile)
            throws IOException {
        long left = encoded.length;
        for (int i = 0; i < offsets.length; i++) {
            left -= counts[i];
            if (counts[i] < 1 || left < 0 || offsets[i] < 0) {
                throw new IOException("its tiles overlap or have no size");
            }
            checkJpeg(
                    Arrays.copyOfRange(
                            encoded,
                            Math.toIntExact(offsets[i]),
                            (int) Math.min(encoded.length, offsets[i] + counts[i])),
                    tile);
        }
    }

    private static void checkJpeg(byte[] encoded, Window tile) throws IOException {
        PictureHeader frame = JpegHeader.read(encoded).frame();
        if (frame.width() > inBlocks(tile.width()) || frame.height() > inBlocks(tile.height())) {
            throw new IOException(
                    "a JPEG of "
                            + frame.width()
                            + " x "
                            + frame.height()
                            + " pixels lies in a tile of "
                            + tile.width()
                            + " x "
                            + tile.height());
        }
    }

    private static int inBlocks(int length) {
        return (length + BLOCK - 1) / BLOCK * BLOCK;
    }

    private long number(int tag, long otherwise) {
        Entry entry = directory.getEntryById(tag);
        return entry == null ? otherwise : ((Number) entry.getValue()).longValue();
    }

    private long[] numbers(int tag) throws IOException {
        Entry entry = directory.getEntryById(tag);
        if (entry == null) {
            throw new IOException("it does not say where its tiles are");
        }
        if (entry.valueCount() == 1) {
            return new long[] {((Number) entry.getValue()).longValue()};
        }
        long[] numbers = new long[Array.getLength(entry.getValue())];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = Array.getLong(entry.getValue(), i);
        }
        return numbers;
    }
}
