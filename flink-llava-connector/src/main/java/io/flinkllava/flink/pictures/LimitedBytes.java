package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Takes a picture into memory, and never more than a limit, whatever the other side says.
 *
 * @param limit in bytes, from 1 to {@link #LARGEST}
 */
public record LimitedBytes(int limit) {

    /** A length that nobody announced. */
    public static final long UNKNOWN = -1;

    /** As much as an array holds beside the one byte that finds the end. */
    public static final int LARGEST = Integer.MAX_VALUE - 9;

    private static final int FIRST_BUFFER = 64 << 10;

    public LimitedBytes {
        if (limit < 1 || limit > LARGEST) {
            throw new IllegalArgumentException(
                    "max-bytes is " + limit + ", it must be 1 to " + LARGEST);
        }
    }

    /**
     * Refuses a size that was announced.
     *
     * @param length in bytes, or {@link #UNKNOWN}
     * @param uri for the message
     * @throws LlavaException with code INPUT if it is beyond the limit
     */
    public void check(long length, String uri) {
        if (length > limit) {
            throw tooLarge("has " + length + " bytes", uri);
        }
    }

    /**
     * Reads to the end.
     *
     * @param length what was announced, or {@link #UNKNOWN}
     * @param uri for the message
     * @throws LlavaException with code INPUT if there is more than the limit
     */
    public byte[] read(InputStream input, long length, String uri) throws IOException {
        check(length, uri);
        // One byte more than announced finds the end without growing.
        byte[] buffer = new byte[length < 0 ? FIRST_BUFFER : capacity(length + 1)];
        int filled = 0;
        int count = input.read(buffer, 0, buffer.length);
        while (count >= 0) {
            filled += count;
            if (filled > limit) {
                throw tooLarge("has more bytes than allowed", uri);
            }
            if (filled == buffer.length) {
                buffer = Arrays.copyOf(buffer, capacity(2L * filled));
            }
            count = input.read(buffer, filled, buffer.length - filled);
        }
        return filled == buffer.length ? buffer : Arrays.copyOf(buffer, filled);
    }

    private int capacity(long wanted) {
        return (int) Math.min(wanted, limit + 1L);
    }

    private LlavaException tooLarge(String what, String uri) {
        return LlavaException.input(
                ShownUri.of(uri) + " " + what + ", the limit is " + limit + " (max-bytes).");
    }
}
