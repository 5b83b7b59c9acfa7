package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/**
 * How a model uses its GPU; without meaning on the CPU. The device itself is {@link
 * ModelOptions#device}.
 *
 * @param memoryLimit device memory in bytes that the model may take, weights included; {@link
 *     #NO_LIMIT} for what is free. What would not fit is refused when the model is opened
 * @param arena how ONNX Runtime takes memory from the device
 * @param convolutions how cuDNN finds the algorithm of the tower's one convolution
 * @see <a href="https://onnxruntime.ai/docs/execution-providers/CUDA-ExecutionProvider.html">CUDA
 *     execution provider</a>
 */
public record CudaOptions(long memoryLimit, ArenaGrowth arena, ConvolutionSearch convolutions)
        implements Serializable {

    public static final long NO_LIMIT = 0;
    public static final CudaOptions DEFAULT =
            new CudaOptions(NO_LIMIT, ArenaGrowth.AS_REQUESTED, ConvolutionSearch.HEURISTIC);

    /** {@code arena_extend_strategy}. */
    public enum ArenaGrowth {
        /** By what is asked for: nothing is taken that is not needed. */
        AS_REQUESTED("kSameAsRequested"),
        /** By powers of two: fewer calls to the driver, up to twice the memory. */
        POWER_OF_TWO("kNextPowerOfTwo");

        private final String onnx;

        ArenaGrowth(String onnx) {
            this.onnx = onnx;
        }
    }

    /** {@code cudnn_conv_algo_search}. */
    public enum ConvolutionSearch {
        /** cuDNN's own guess. */
        HEURISTIC,
        /** Every algorithm is tried once for every number of tiles: slow at first. */
        EXHAUSTIVE,
        /** The one that always works. */
        DEFAULT
    }

    public CudaOptions {
        if (memoryLimit < 0) {
            throw new IllegalArgumentException(
                    "cuda-memory-limit is " + memoryLimit + " bytes, it must not be negative");
        }
        Objects.requireNonNull(arena, "arena");
        Objects.requireNonNull(convolutions, "convolutions");
    }

    /** What ONNX Runtime's CUDA provider is told, by its own names. */
    public Map<String, String> providerOptions() {
        Map<String, String> options = new TreeMap<>();
        options.put("arena_extend_strategy", arena.onnx);
        options.put("cudnn_conv_algo_search", convolutions.name().toUpperCase(Locale.ROOT));
        if (memoryLimit != NO_LIMIT) {
            options.put("gpu_mem_limit", Long.toString(memoryLimit));
        }
        return options;
    }

    public CudaOptions withMemoryLimit(long value) {
        return new CudaOptions(value, arena, convolutions);
    }

    public CudaOptions withArena(ArenaGrowth value) {
        return new CudaOptions(memoryLimit, value, convolutions);
    }

    public CudaOptions withConvolutions(ConvolutionSearch value) {
        return new CudaOptions(memoryLimit, arena, value);
    }
}
