package io.flinkllava.runtime.image;

import java.util.List;

/**
 * A picture or a video as the vision tower sees it, and what becomes of its features.
 *
 * <p>Immutable by agreement: nobody writes to the pixels.
 */
public final class VisualInput {

    private final List<PixelValues> tiles;
    private final int poolStride;
    private final FeaturePacking packing;
    private final ContentKey key;

    /**
     * Takes over the tiles and hashes them, which belongs to preparation: five tiles of 336 pixels
     * take 3.5 ms of a core that has instructions for SHA-256.
     *
     * @param tiles {@code [3, side, side]} each
     * @param poolStride how many features become one in front of the projector, in each direction;
     *     1 for all but the frames of LLaVA-NeXT-Video
     * @param packing how the features of all tiles become tokens
     */
    public VisualInput(List<PixelValues> tiles, int poolStride, FeaturePacking packing) {
        this.tiles = List.copyOf(tiles);
        this.poolStride = poolStride;
        this.packing = packing;
        this.key = ContentKey.of(tiles, poolStride, packing);
    }

    public List<PixelValues> tiles() {
        return tiles;
    }

    public int poolStride() {
        return poolStride;
    }

    public FeaturePacking packing() {
        return packing;
    }

    /** Equal for equal features at the same tokens, whichever request they came with. */
    public ContentKey key() {
        return key;
    }

    /** Tokens in the prompt. */
    public int tokens() {
        return packing.tokens();
    }
}
