package io.flinkllava.testing;

import io.flinkllava.runtime.checkpoint.LlavaConfig;

import java.util.function.IntPredicate;

/** Tells image tokens from words where a test makes its prompts of ids. */
public final class ImageTokens {

    private ImageTokens() {}

    /** Whether an id stands for features of a picture or a video. */
    public static IntPredicate of(LlavaConfig config) {
        return id ->
                id == config.imageTokenId()
                        || config.video().filter(video -> video.tokenId() == id).isPresent();
    }
}
