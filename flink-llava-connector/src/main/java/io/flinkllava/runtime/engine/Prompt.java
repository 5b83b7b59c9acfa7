package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.image.PixelValues;

import java.util.List;

/** What a sequence starts from. Immutable by agreement: nobody writes to the ids or the pixels. */
public final class Prompt {

    private final int[] tokenIds;
    private final List<PixelValues> images;

    /**
     * Takes over the ids.
     *
     * @param tokenIds {@code [length]}, with an image token for each feature of each picture
     * @param images what the tower sees, in the order of their tokens
     */
    public Prompt(int[] tokenIds, List<PixelValues> images) {
        this.tokenIds = tokenIds;
        this.images = List.copyOf(images);
    }

    /** Token ids, {@code [length]}; not to be written to. */
    public int[] tokenIds() {
        return tokenIds;
    }

    public List<PixelValues> images() {
        return images;
    }

    public int length() {
        return tokenIds.length;
    }
}
