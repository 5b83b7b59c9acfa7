package io.flinkllava.runtime.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The chunks of a WebP file that matter (WebP container specification): canvas, first frame,
 * orientation. Profiles and alpha are left out.
 *
 * @param header size of the canvas and orientation
 * @param frame where the first frame lies on the canvas
 * @param bitstream the chunk {@code VP8} or {@code VP8L} of the first frame, with its chunk header
 */
record WebpContainer(PictureHeader header, Window frame, ByteBuffer bitstream) {

    private static final int RIFF_BYTES = 12;
    private static final int CHUNK_BYTES = 8;
    private static final int FRAME_BYTES = 16;
    private static final int VP8 = fourCc("VP8 ");
    private static final int VP8L = fourCc("VP8L");
    private static final int VP8X = fourCc("VP8X");
    private static final int ANMF = fourCc("ANMF");
    private static final int EXIF = fourCc("EXIF");

    /** Reads all chunk headers, and no pixels. */
    static WebpContainer read(byte[] encoded) throws IOException {
        Chunks chunks = new Chunks();
        forEachChunk(little(ByteBuffer.wrap(encoded)).position(RIFF_BYTES), chunks::add);
        return chunks.container();
    }

    boolean isLossy() {
        return bitstream.getInt(0) == VP8;
    }

    /** The first frame as the simplest file that can hold it. */
    byte[] simpleFile() {
        int length = bitstream.remaining();
        ByteBuffer file = little(ByteBuffer.allocate(RIFF_BYTES + length + (length & 1)));
        file.putInt(fourCc("RIFF")).putInt(file.capacity() - CHUNK_BYTES).putInt(fourCc("WEBP"));
        file.put(bitstream.duplicate());
        return file.array();
    }

    private static void forEachChunk(ByteBuffer data, ChunkVisitor visitor) throws IOException {
        int position = data.position();
        while (data.limit() - position >= CHUNK_BYTES) {
            int length = data.getInt(position + 4);
            if (length < 0 || length > data.limit() - position - CHUNK_BYTES) {
                throw new IOException("it ends in the middle of a chunk");
            }
            visitor.visit(
                    data.getInt(position), little(data.slice(position, CHUNK_BYTES + length)));
            position += CHUNK_BYTES + length + (length & 1);
        }
    }

    private static int fourCc(String name) {
        return name.charAt(0) | name.charAt(1) << 8 | name.charAt(2) << 16 | name.charAt(3) << 24;
    }

    private static ByteBuffer little(ByteBuffer buffer) {
        return buffer.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static int uint24(ByteBuffer data, int position) {
        return Short.toUnsignedInt(data.getShort(position)) | (data.get(position + 2) & 0xff) << 16;
    }

    /** Sees a chunk, its header included. */
    private interface ChunkVisitor {
        void visit(int type, ByteBuffer chunk) throws IOException;
    }

    /** Collects what the chunks say. */
    private static final class Chunks {

        private Window canvas;
        private Window frame;
        private ByteBuffer bitstream;
        private Exif exif = Exif.NONE;

        void add(int type, ByteBuffer chunk) throws IOException {
            if (type == VP8X) {
                canvas = Window.all(1 + uint24(chunk, 12), 1 + uint24(chunk, 15));
            } else if (type == EXIF) {
                exif = Exif.read(chunk.slice(8, chunk.limit() - CHUNK_BYTES));
            } else if (type == ANMF && bitstream == null) {
                addFrame(chunk);
            } else {
                addBitstream(type, chunk);
            }
        }

        /** A frame of an animation, in which no other one is looked for. */
        private void addFrame(ByteBuffer chunk) throws IOException {
            int x = 2 * uint24(chunk, 8);
            int y = 2 * uint24(chunk, 11);
            forEachChunk(chunk.position(CHUNK_BYTES + FRAME_BYTES), this::addBitstream);
            if (frame != null) {
                frame = new Window(x, y, frame.width(), frame.height());
            }
        }

        /** The first one counts. */
        private void addBitstream(int type, ByteBuffer chunk) {
            if (bitstream != null) {
                return;
            }
            if (type == VP8) {
                setFrame(chunk.getShort(14) & 0x3fff, chunk.getShort(16) & 0x3fff, chunk);
            } else if (type == VP8L) {
                int size = chunk.getInt(9);
                setFrame(1 + (size & 0x3fff), 1 + ((size >> 14) & 0x3fff), chunk);
            }
        }

        private void setFrame(int width, int height, ByteBuffer chunk) {
            frame = Window.all(width, height);
            bitstream = chunk;
        }

        WebpContainer container() throws IOException {
            if (bitstream == null) {
                throw new IOException("it has no image data");
            }
            Window screen = canvas == null ? frame : canvas;
            if (frame.x() + frame.width() > screen.width()
                    || frame.y() + frame.height() > screen.height()) {
                throw new IOException("its first frame is larger than the canvas");
            }
            return new WebpContainer(
                    new PictureHeader(screen.width(), screen.height(), exif), frame, bitstream);
        }
    }
}
