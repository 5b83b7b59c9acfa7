package io.flinkllava.runtime.image;

import javax.imageio.spi.ImageReaderSpi;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * PNG through the JDK's reader, which is shown the image data only: profiles, gamma and
 * transparency do not matter here, and compressed text could be a bomb.
 */
final class PngReader implements PictureReader {

    private static final int SIGNATURE_BYTES = 8;
    private static final int CHUNK_FRAME_BYTES = 12;
    private static final int IHDR = 0x49484452;
    private static final int PLTE = 0x504c5445;
    private static final int IDAT = 0x49444154;
    private static final int IEND = 0x49454e44;
    private static final int EXIF = 0x65584966;

    private final ImageReaderSpi spi = ImageIoPage.jdkReader("png");

    @Override
    public PictureHeader header(byte[] encoded) throws IOException {
        ByteBuffer data = ByteBuffer.wrap(encoded);
        if (data.getInt(SIGNATURE_BYTES + 4) != IHDR) {
            throw new IOException("it does not start with a header");
        }
        Exif[] exif = {Exif.NONE};
        forEachChunk(
                data,
                (type, chunk) -> {
                    if (type == EXIF) {
                        exif[0] = Exif.read(chunk.slice(8, chunk.remaining() - 12));
                    }
                });
        return new PictureHeader(
                data.getInt(SIGNATURE_BYTES + 8), data.getInt(SIGNATURE_BYTES + 12), exif[0]);
    }

    @Override
    public RgbImage pixels(byte[] encoded, PictureHeader header) throws IOException {
        try (ImageIoPage page = new ImageIoPage(spi, imageOnly(encoded))) {
            return RasterColours.toRgb(page.read());
        }
    }

    private static byte[] imageOnly(byte[] encoded) throws IOException {
        ByteArrayOutputStream image = new ByteArrayOutputStream(encoded.length);
        image.write(encoded, 0, SIGNATURE_BYTES);
        forEachChunk(
                ByteBuffer.wrap(encoded),
                (type, chunk) -> {
                    if (type == IHDR || type == PLTE || type == IDAT || type == IEND) {
                        image.write(chunk.array(), chunk.arrayOffset(), chunk.remaining());
                    }
                });
        return image.toByteArray();
    }

    private static void forEachChunk(ByteBuffer data, ChunkVisitor visitor) throws IOException {
        int position = SIGNATURE_BYTES;
        int type = 0;
        while (type != IEND) {
            if (data.limit() - position < CHUNK_FRAME_BYTES) {
                throw new IOException("it ends before its last chunk");
            }
            int length = data.getInt(position);
            type = data.getInt(position + 4);
            if (length < 0 || length > data.limit() - position - CHUNK_FRAME_BYTES) {
                throw new IOException("it ends in the middle of a chunk");
            }
            visitor.visit(type, data.slice(position, length + CHUNK_FRAME_BYTES));
            position += length + CHUNK_FRAME_BYTES;
        }
    }

    /** Sees a chunk: length, type, data and checksum. */
    private interface ChunkVisitor {
        void visit(int type, ByteBuffer chunk);
    }
}
