package io.flinkllava.runtime;

import org.junit.jupiter.api.Test;

import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class CudaOptionsTest {

    @Test
    void takeNoMoreMemoryThanIsNeeded() {
        assertThat(CudaOptions.DEFAULT.providerOptions())
                .isEqualTo(
                        Map.of(
                                "arena_extend_strategy", "kSameAsRequested",
                                "cudnn_conv_algo_search", "HEURISTIC"));
    }

    @Test
    void becomeOnnxRuntimesOwn() {
        assertThat(
                        CudaOptions.DEFAULT
                                .withMemoryLimit(1L << 33)
                                .withArena(CudaOptions.ArenaGrowth.POWER_OF_TWO)
                                .withConvolutions(CudaOptions.ConvolutionSearch.EXHAUSTIVE)
                                .providerOptions())
                .isEqualTo(
                        Map.of(
                                "arena_extend_strategy", "kNextPowerOfTwo",
                                "cudnn_conv_algo_search", "EXHAUSTIVE",
                                "gpu_mem_limit", "8589934592"));
    }

    @Test
    void refuseANegativeLimit() {
        assertThatThrownBy(() -> CudaOptions.DEFAULT.withMemoryLimit(-1))
                .hasMessageContaining("cuda-memory-limit is -1");
    }
}
