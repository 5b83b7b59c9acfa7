package io.flinkllava.runtime.checkpoint;

/**
 * How the frames of a video become video tokens: every frame is one tile, whose features are
 * pooled.
 *
 * @param tokenId the id that stands for video features in a prompt
 * @param stride how many features become one, in each direction
 * @param newline whether one newline vector ends the video
 */
public record VideoLayout(int tokenId, Pooling pooling, int stride, boolean newline) {

    /** What happens to the features of a frame. */
    public enum Pooling {
        /** Scaled down behind the projector, rounded up: OneVision. */
        BILINEAR,
        /** The mean of a square in front of the projector, rounded down: LLaVA-NeXT-Video. */
        AVERAGE,
        /** The largest value of a square in front of the projector, rounded down. */
        MAX
    }
}
