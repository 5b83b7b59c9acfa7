package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.image.VisualInput;

import java.util.stream.IntStream;

/** Where in a prompt the vectors of pictures and videos go. */
final class VisualPositions {

    private VisualPositions() {}

    /**
     * Finds the places, one for each vector.
     *
     * @throws LlavaException MODEL if there are more or fewer
     */
    static int[] of(Prompt prompt, LlavaConfig config) {
        int[] tokenIds = prompt.tokenIds();
        int[] positions =
                IntStream.range(0, tokenIds.length)
                        .filter(i -> config.isVisual(tokenIds[i]))
                        .toArray();
        int features = prompt.visuals().stream().mapToInt(VisualInput::tokens).sum();
        if (positions.length != features) {
            throw LlavaException.model(
                    "The prompt has "
                            + positions.length
                            + " image tokens for "
                            + features
                            + " image features: check the folder's processor files");
        }
        return positions;
    }
}
