package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.util.List;
import java.util.OptionalInt;

/** How a picture is cut into tiles, and how their features become image tokens. */
public sealed interface ImageLayout {

    /** One tile, whose features are the tokens: LLaVA v1 and 1.5. */
    record OneTile() implements ImageLayout {}

    /**
     * An overview and a grid of tiles at the resolution that fits best, each row of features ended
     * by a newline vector: LLaVA-NeXT and OneVision.
     *
     * @param pinpoints the resolutions to choose from; their order decides between equals
     * @param maxTiles where more tiles than these would be needed, the grid's features are scaled
     *     down to as many ({@code anyres_max_N}); absent in LLaVA-NeXT
     */
    record Anyres(List<Size> pinpoints, OptionalInt maxTiles) implements ImageLayout {
        public Anyres {
            pinpoints = List.copyOf(pinpoints);
        }
    }
}
