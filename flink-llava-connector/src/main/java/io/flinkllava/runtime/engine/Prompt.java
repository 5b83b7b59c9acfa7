package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.image.VisualInput;

import java.util.List;

/** What a sequence starts from. Immutable by agreement: nobody writes to the ids or the pixels. */
public final class Prompt {

    private final int[] tokenIds;
    private final List<VisualInput> visuals;

    /**
     * Takes over the ids.
     *
     * @param tokenIds {@code [length]}, with an image token for each feature of each picture
     * @param visuals pictures and videos, in the order of their tokens
     */
    public Prompt(int[] tokenIds, List<VisualInput> visuals) {
        this.tokenIds = tokenIds;
        this.visuals = List.copyOf(visuals);
    }

    /** Token ids, {@code [length]}; not to be written to. */
    public int[] tokenIds() {
        return tokenIds;
    }

    public List<VisualInput> visuals() {
        return visuals;
    }

    public int length() {
        return tokenIds.length;
    }
}
