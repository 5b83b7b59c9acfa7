package io.flinkllava.runtime.image;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The segments of a JPEG file up to its first scan (ITU T.81 annex B), and how many scans there
 * are.
 *
 * @param frame width, height and orientation
 * @param colours what the samples of a frame mean
 */
record JpegHeader(PictureHeader frame, JpegColours colours) {

    private static final int APP0 = 0xe0;
    private static final int APP1 = 0xe1;
    private static final int APP14 = 0xee;
    private static final int START_OF_IMAGE = 0xd8;
    private static final int END_OF_IMAGE = 0xd9;
    private static final int START_OF_SCAN = 0xda;
    private static final int EXIF = 0x45786966;
    private static final int JFIF = 0x4a464946;
    private static final int ADOBE = 0x41646f62;

    // libjpeg-turbo's own fuzzers use the same: real files have about ten, hostile ones millions.
    private static final int MAX_SCANS = 500;

    /** Reads as far as the first scan. */
    static JpegHeader read(byte[] encoded) throws IOException {
        checkScans(encoded);
        Segments segments = new Segments();
        ByteBuffer data = ByteBuffer.wrap(encoded).position(2);
        while (data.remaining() >= 4) {
            int marker = nextMarker(data);
            if (marker == START_OF_SCAN) {
                break;
            }
            if (marker == START_OF_IMAGE || marker == END_OF_IMAGE) {
                // Behind tables alone libjpeg would go on with another picture than is seen here.
                throw new IOException("it has no frame header");
            }
            if (hasNoBody(marker)) {
                continue;
            }
            int length = Short.toUnsignedInt(data.getShort());
            if (length < 2 || length - 2 > data.remaining()) {
                throw new IOException("it ends in the middle of its header");
            }
            segments.add(marker, data.slice(data.position(), length - 2));
            data.position(data.position() + length - 2);
        }
        return segments.header();
    }

    /** As libjpeg: what is no marker is skipped, fill bytes and stuffed zeros too. */
    private static int nextMarker(ByteBuffer data) {
        int before = 0;
        int value = data.get() & 0xff;
        while (before != 0xff || value == 0xff || value == 0) {
            before = value;
            value = data.get() & 0xff;
        }
        return value;
    }

    /** TEM and the restart markers. */
    private static boolean hasNoBody(int marker) {
        return marker == 0x01 || (marker >= 0xd0 && marker <= 0xd7);
    }

    private static void checkScans(byte[] encoded) throws IOException {
        int scans = 0;
        for (int i = 0; i + 1 < encoded.length; i++) {
            if (encoded[i] == (byte) 0xff && encoded[i + 1] == (byte) START_OF_SCAN) {
                scans++;
            }
        }
        if (scans > MAX_SCANS) {
            throw new IOException("it has " + scans + " scans, at most " + MAX_SCANS + " are read");
        }
    }

    /** Collects what the segments say. */
    private static final class Segments {

        private int width;
        private int height;
        private byte[] components = {};
        private boolean jfif;
        private int adobeTransform = JpegColours.NO_ADOBE;
        private Exif exif = Exif.NONE;

        void add(int marker, ByteBuffer body) {
            if (isFrame(marker)) {
                height = Short.toUnsignedInt(body.getShort(1));
                width = Short.toUnsignedInt(body.getShort(3));
                components = new byte[body.get(5) & 0xff];
                for (int i = 0; i < components.length; i++) {
                    components[i] = body.get(6 + 3 * i);
                }
            } else if (body.remaining() >= 4) {
                addApplication(marker, body.getInt(0), body);
            }
        }

        private void addApplication(int marker, int name, ByteBuffer body) {
            if (marker == APP0 && name == JFIF) {
                jfif = true;
            } else if (marker == APP14 && name == ADOBE && body.remaining() >= 12) {
                adobeTransform = body.get(11) & 0xff;
            } else if (marker == APP1 && name == EXIF && exif.equals(Exif.NONE)) {
                exif = Exif.read(body);
            }
        }

        // C4, C8 and CC are tables, the rest of the row are kinds of frames.
        private static boolean isFrame(int marker) {
            return marker >= 0xc0
                    && marker <= 0xcf
                    && marker != 0xc4
                    && marker != 0xc8
                    && marker != 0xcc;
        }

        JpegHeader header() throws IOException {
            if (components.length == 0) {
                throw new IOException("it has no frame header");
            }
            return new JpegHeader(
                    new PictureHeader(width, height, exif),
                    JpegColours.of(components, jfif, adobeTransform));
        }
    }
}
