package io.flinkllava.runtime.image;

import java.util.List;

/**
 * A picture or a video as the vision tower sees it, and what becomes of its features.
 *
 * @param tiles {@code [3, side, side]} each
 * @param poolStride how many features become one in front of the projector, in each direction; 1
 *     for all but the frames of LLaVA-NeXT-Video
 * @param packing how the features of all tiles become tokens
 */
public record VisualInput(List<PixelValues> tiles, int poolStride, FeaturePacking packing) {

    public VisualInput {
        tiles = List.copyOf(tiles);
    }

    /** Tokens in the prompt. */
    public int tokens() {
        return packing.tokens();
    }
}
