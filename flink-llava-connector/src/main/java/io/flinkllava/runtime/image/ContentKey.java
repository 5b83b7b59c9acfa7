package io.flinkllava.runtime.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;

/**
 * Tells pictures and videos apart by content: the SHA-256 of all that the vision tower and the
 * packing see of them. Equal keys have equal features.
 */
public record ContentKey(long first, long second, long third, long fourth) {

    static ContentKey of(List<PixelValues> tiles, int poolStride, FeaturePacking packing) {
        Hash hash = new Hash();
        // Each part is led by its size, so that no two contents are one row of numbers.
        hash.ints(tiles.size(), poolStride, packing.features(), packing.tokens());
        hash.ints(packing.indexes());
        hash.floats(packing.weights());
        for (PixelValues tile : tiles) {
            hash.ints(tile.height(), tile.width());
            hash.floats(tile.values());
        }
        return hash.key();
    }

    /** Hashes numbers through a small buffer: pictures are megabytes. */
    private static final class Hash {

        private static final int NUMBERS = 4096;

        private final MessageDigest digest = sha256();
        private final ByteBuffer bytes =
                ByteBuffer.allocate(NUMBERS * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);

        void ints(int... values) {
            for (int from = 0; from < values.length; from += NUMBERS) {
                int count = Math.min(NUMBERS, values.length - from);
                bytes.asIntBuffer().put(values, from, count);
                digest.update(bytes.array(), 0, count * Integer.BYTES);
            }
        }

        void floats(float... values) {
            FloatBuffer buffer = bytes.asFloatBuffer();
            for (int from = 0; from < values.length; from += NUMBERS) {
                int count = Math.min(NUMBERS, values.length - from);
                buffer.clear().put(values, from, count);
                digest.update(bytes.array(), 0, count * Float.BYTES);
            }
        }

        ContentKey key() {
            ByteBuffer result = ByteBuffer.wrap(digest.digest());
            return new ContentKey(
                    result.getLong(), result.getLong(), result.getLong(), result.getLong());
        }

        private static MessageDigest sha256() {
            try {
                return MessageDigest.getInstance("SHA-256");
            } catch (NoSuchAlgorithmException e) {
                throw new IllegalStateException("Every Java has SHA-256", e);
            }
        }
    }
}
