package io.flinkllava.runtime.image;

import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

class ContentKeyTest {

    private static final int SIDE = 60;
    private static final FeaturePacking PACKING = FeaturePacking.identity(4);

    @Test
    void equalContentHasEqualKeys() {
        assertThat(new VisualInput(List.of(tile(0), tile(1)), 1, PACKING).key())
                .isEqualTo(
                        new VisualInput(List.of(tile(0), tile(1)), 1, FeaturePacking.identity(4))
                                .key());
    }

    @Test
    void whateverTheTowerOrThePackingSeesMakesAnotherKey() {
        PixelValues lastPixelMoved = tile(0);
        int last = 3 * SIDE * SIDE - 1;
        lastPixelMoved.values()[last] = Math.nextUp(lastPixelMoved.values()[last]);
        List<ContentKey> keys =
                Stream.of(
                                new VisualInput(List.of(tile(0)), 1, PACKING),
                                new VisualInput(List.of(lastPixelMoved), 1, PACKING),
                                new VisualInput(List.of(tile(1)), 1, PACKING),
                                new VisualInput(List.of(tile(0), tile(1)), 1, PACKING),
                                new VisualInput(List.of(tile(1), tile(0)), 1, PACKING),
                                new VisualInput(List.of(tile(0)), 2, PACKING),
                                new VisualInput(List.of(flat()), 1, PACKING),
                                new VisualInput(List.of(tile(0)), 1, FeaturePacking.identity(5)),
                                new VisualInput(List.of(tile(0)), 1, swapped(1, 1)),
                                new VisualInput(List.of(tile(0)), 1, swapped(1, 0.5f)))
                        .map(VisualInput::key)
                        .toList();
        assertThat(keys).doesNotHaveDuplicates();
    }

    private static PixelValues tile(int seed) {
        float[] values = new float[3 * SIDE * SIDE];
        for (int i = 0; i < values.length; i++) {
            values[i] = i * 0.01f + seed;
        }
        return new PixelValues(SIDE, SIDE, values);
    }

    /** The values of {@code tile(0)} in another shape. */
    private static PixelValues flat() {
        return new PixelValues(SIDE / 2, SIDE * 2, tile(0).values());
    }

    private static FeaturePacking swapped(int index, float weight) {
        return new FeaturePacking.Builder(4)
                .tap(index, weight)
                .tap(0, 0)
                .tap(0, 0)
                .tap(0, 0)
                .feature(0)
                .feature(2)
                .feature(3)
                .build();
    }
}
