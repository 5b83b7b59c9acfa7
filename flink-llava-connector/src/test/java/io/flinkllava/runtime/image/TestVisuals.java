package io.flinkllava.runtime.image;

import java.util.List;

/** Pictures of one pixel, for tests that look at identity alone. */
public final class TestVisuals {

    private TestVisuals() {}

    /** A picture that takes so many tokens. */
    public static VisualInput of(int tokens, float content) {
        return new VisualInput(
                List.of(new PixelValues(1, 1, new float[] {content, 0, 0})),
                1,
                FeaturePacking.identity(tokens));
    }
}
