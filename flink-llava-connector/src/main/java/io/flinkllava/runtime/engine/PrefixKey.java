package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.image.ContentKey;

import java.util.Arrays;
import java.util.List;

/**
 * What of a prompt decides over its keys and values: token ids, and in place of pictures their
 * content. Holds no pixels, so that a warm row may keep it. Immutable by agreement.
 */
final class PrefixKey {

    /** Of no prompt. */
    static final PrefixKey NONE = new PrefixKey(new int[0], List.of(), new int[0]);

    private final int[] tokenIds;
    private final List<ContentKey> visuals;
    private final int[] starts;

    /**
     * Takes over the arrays.
     *
     * @param tokenIds {@code [length]}
     * @param starts position of the first token of each picture
     */
    PrefixKey(int[] tokenIds, List<ContentKey> visuals, int[] starts) {
        this.tokenIds = tokenIds;
        this.visuals = visuals;
        this.starts = starts;
    }

    int length() {
        return tokenIds.length;
    }

    /** How many positions from the start are the same: words, and pictures of one content. */
    int commonPrefix(PrefixKey other) {
        int mismatch = Arrays.mismatch(tokenIds, other.tokenIds);
        int common = mismatch < 0 ? tokenIds.length : mismatch;
        for (int i = 0; i < Math.max(starts.length, other.starts.length); i++) {
            if (!isSamePicture(other, i)) {
                return Math.min(common, Math.min(start(i), other.start(i)));
            }
        }
        return common;
    }

    private boolean isSamePicture(PrefixKey other, int visual) {
        return visual < starts.length
                && visual < other.starts.length
                && starts[visual] == other.starts[visual]
                && visuals.get(visual).equals(other.visuals.get(visual));
    }

    private int start(int visual) {
        return visual < starts.length ? starts[visual] : Integer.MAX_VALUE;
    }
}
