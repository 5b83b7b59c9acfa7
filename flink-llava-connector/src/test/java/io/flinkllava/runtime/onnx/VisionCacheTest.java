package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.image.ContentKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class VisionCacheTest {

    private final List<Features> made = new ArrayList<>();
    private final VisionCache<Features> cache = new VisionCache<>(100);

    @Test
    void encodesAPictureOnce() {
        Features first = get(1, 40);
        Features again = get(1, 40);
        assertThat(again).isSameAs(first);
        assertThat(made).hasSize(1);
        assertThat(cache.counters()).isEqualTo(new VisionCounters(1, 1, 40));
    }

    @Test
    void dropsWhatWasNotAskedForLongest() {
        get(1, 40).close();
        get(2, 40).close();
        get(1, 40).close();
        get(3, 40).close();
        assertThat(made).extracting(features -> features.freed).containsExactly(0, 1, 0);
        assertThat(cache.counters()).isEqualTo(new VisionCounters(1, 3, 80));
    }

    @Test
    void whatIsHeldIsNotFreedWhenItIsDropped() {
        Features held = get(1, 60);
        get(2, 60).close();
        assertThat(held.freed).isZero();
        held.close();
        assertThat(held.freed).isOne();
    }

    @Test
    void whatIsLargerThanTheCacheIsNotKeptAndDropsNothing() {
        get(1, 60).close();
        get(2, 101).close();
        assertThat(made).extracting(features -> features.freed).containsExactly(0, 1);
        assertThat(cache.counters().bytes()).isEqualTo(60);
    }

    @Test
    void aPictureThatCannotBeEncodedLeavesNothingBehind() {
        assertThatThrownBy(
                        () ->
                                cache.get(
                                        new ContentKey(1, 0, 0, 0),
                                        10,
                                        () -> {
                                            throw new IllegalStateException("injected");
                                        }))
                .hasMessage("injected");
        assertThat(cache.counters()).isEqualTo(new VisionCounters(0, 1, 0));
        assertThat(get(1, 10).freed).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void everythingIsFreedOnceAndNothingThatIsHeld(long seed) {
        Random random = new Random(seed);
        List<Features> held = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            if (held.isEmpty() || random.nextBoolean()) {
                int picture = random.nextInt(12);
                held.add(get(picture, 10 + picture * 9));
            } else {
                held.remove(random.nextInt(held.size())).close();
            }
            assertThat(cache.counters().bytes()).isBetween(0L, 100L);
            assertThat(held).allMatch(features -> features.freed == 0);
        }
        held.forEach(Features::close);
        cache.close();
        assertThat(made).hasSizeGreaterThan(12).allMatch(features -> features.freed == 1);
    }

    private Features get(int picture, long bytes) {
        return cache.get(new ContentKey(picture, 0, 0, 0), bytes, () -> new Features(bytes));
    }

    /** Counts how often it is freed. */
    private final class Features extends SharedFeatures {

        private final long bytes;
        private int freed;

        Features(long bytes) {
            this.bytes = bytes;
            made.add(this);
        }

        @Override
        long bytes() {
            return bytes;
        }

        @Override
        void free() {
            freed++;
        }
    }
}
