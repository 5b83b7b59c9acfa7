package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.RopeConfig;
import io.flinkllava.runtime.checkpoint.RopeConfig.Linear;
import io.flinkllava.runtime.checkpoint.RopeConfig.Llama3;
import io.flinkllava.runtime.checkpoint.RopeConfig.Unscaled;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

import java.util.Arrays;

import static org.assertj.core.api.Assertions.assertThat;

/** Against {@code LlamaRotaryEmbedding} of transformers 5.18. */
class RotaryCacheTest {

    private static final RopeConfig ALL_BANDS = new RopeConfig(10_000, new Llama3(8, 1, 4, 128));

    @Test
    void computesFrequenciesBitForBit() {
        assertThat(RotaryCache.frequencies(new RopeConfig(10_000, new Unscaled()), 16))
                .containsExactly(
                        1.0f,
                        0.31622776f,
                        0.1f,
                        0.03162278f,
                        0.01f,
                        0.0031622779f,
                        0.001f,
                        0.0003162278f);
        assertThat(RotaryCache.frequencies(new RopeConfig(1e6, new Unscaled()), 12))
                .containsExactly(
                        1.0f, 0.099999994f, 0.009999999f, 0.001f, 9.999997e-05f, 1.0000003e-05f);
    }

    @Test
    void scalesLinearly() {
        assertThat(RotaryCache.frequencies(new RopeConfig(20_000, new Linear(3)), 12))
                .containsExactly(
                        0.33333334f,
                        0.06397943f,
                        0.012280104f,
                        0.0023570226f,
                        0.00045240283f,
                        8.683347e-05f);
    }

    @Test
    void scalesAsLlama3() {
        RopeConfig published = new RopeConfig(500_000, new Llama3(8, 1, 4, 8192));

        assertThat(RotaryCache.frequencies(published, 16))
                .containsExactly(
                        1.0f,
                        0.19392276f,
                        0.03760603f,
                        0.007292665f,
                        0.000524846f,
                        3.4281024e-05f,
                        6.6478697e-06f,
                        1.2891732e-06f);
        assertThat(RotaryCache.frequencies(ALL_BANDS, 20))
                .containsExactly(
                        1.0f,
                        0.39810717f,
                        0.12283598f,
                        0.013138708f,
                        0.003139858f,
                        0.00125f,
                        0.0004976338f,
                        0.00019811167f,
                        7.886966e-05f,
                        3.1398587e-05f);
    }

    @Test
    void turnsEveryPositionAndNoColumnOfPadding() {
        RotaryCache cache = RotaryCache.of(ALL_BANDS, 20, 16, 101);
        int last = 100 * 16;

        assertThat(cache.columns()).isEqualTo(16);
        assertThat(cache.cos()).hasSize(101 * 16);
        assertThat(Arrays.copyOf(cache.cos(), 16)).containsOnly(1);
        assertThat(Arrays.copyOf(cache.sin(), 16)).containsOnly(0);
        assertThat(Arrays.copyOfRange(cache.cos(), last, last + 4))
                .containsExactly(
                        new float[] {0.8623189f, -0.5148309f, 0.9602855f, 0.2541082f},
                        Offset.offset(1e-7f));
        assertThat(Arrays.copyOfRange(cache.sin(), last, last + 4))
                .containsExactly(
                        new float[] {-0.5063657f, 0.8572918f, -0.2790193f, 0.9671758f},
                        Offset.offset(1e-7f));
        assertThat(Arrays.copyOfRange(cache.cos(), last + 10, last + 16)).containsOnly(1);
        assertThat(Arrays.copyOfRange(cache.sin(), last + 10, last + 16)).containsOnly(0);
    }
}
