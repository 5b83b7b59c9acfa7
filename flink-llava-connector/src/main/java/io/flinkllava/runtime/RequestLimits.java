package io.flinkllava.runtime;

import java.io.Serializable;

/**
 * What a request may bring. Pictures come from strangers: each limit is checked before the memory
 * it guards is taken.
 *
 * @param maxImageBytes encoded size of one picture
 * @param maxImagePixels width times height of one picture, read from its header before decoding
 * @param maxImageSide longer side of one picture in pixels
 * @param maxImages pictures in one request
 * @param maxFrames frames of a video in one request
 * @param maxQueuedRequests requests that may wait for their turn, beside those that are answered or
 *     prepared for it; more are refused with {@link LlavaErrorCode#CAPACITY}
 */
public record RequestLimits(
        int maxImageBytes,
        long maxImagePixels,
        int maxImageSide,
        int maxImages,
        int maxFrames,
        int maxQueuedRequests)
        implements Serializable {

    public static final RequestLimits DEFAULT =
            new RequestLimits(32 << 20, 64_000_000L, 16_384, 16, 64, 1024);

    /** What messages call {@link #maxImages}. */
    static final String MAX_IMAGES = "max-images";

    /** What messages call {@link #maxQueuedRequests}. */
    static final String MAX_QUEUED_REQUESTS = "max-queued-requests";

    public RequestLimits {
        if (maxImageBytes < 1
                || maxImagePixels < 1
                || maxImageSide < 1
                || maxImages < 0
                || maxFrames < 0
                || maxQueuedRequests < 1) {
            throw new IllegalArgumentException(
                    "Limits must be positive: max-image-bytes "
                            + maxImageBytes
                            + ", max-image-pixels "
                            + maxImagePixels
                            + ", max-image-side "
                            + maxImageSide
                            + ", "
                            + MAX_IMAGES
                            + " "
                            + maxImages
                            + ", max-frames "
                            + maxFrames
                            + ", "
                            + MAX_QUEUED_REQUESTS
                            + " "
                            + maxQueuedRequests);
        }
    }

    public RequestLimits withMaxImageBytes(int value) {
        return new RequestLimits(
                value, maxImagePixels, maxImageSide, maxImages, maxFrames, maxQueuedRequests);
    }

    public RequestLimits withMaxImagePixels(long value) {
        return new RequestLimits(
                maxImageBytes, value, maxImageSide, maxImages, maxFrames, maxQueuedRequests);
    }

    public RequestLimits withMaxImageSide(int value) {
        return new RequestLimits(
                maxImageBytes, maxImagePixels, value, maxImages, maxFrames, maxQueuedRequests);
    }

    public RequestLimits withMaxImages(int value) {
        return new RequestLimits(
                maxImageBytes, maxImagePixels, maxImageSide, value, maxFrames, maxQueuedRequests);
    }

    public RequestLimits withMaxFrames(int value) {
        return new RequestLimits(
                maxImageBytes, maxImagePixels, maxImageSide, maxImages, value, maxQueuedRequests);
    }

    public RequestLimits withMaxQueuedRequests(int value) {
        return new RequestLimits(
                maxImageBytes, maxImagePixels, maxImageSide, maxImages, maxFrames, value);
    }
}
