package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.Objects;

/**
 * In what numbers a model computes.
 *
 * @param type of weights that are not quantized, of the KV cache and between layers
 * @param quantization of the weights of linear layers
 * @param cacheFolder where quantized weights are kept for the next load; {@link #NO_CACHE} for
 *     nowhere
 */
public record ComputeOptions(NumberType type, Quantization quantization, String cacheFolder)
        implements Serializable {

    public static final String NO_CACHE = "";
    public static final ComputeOptions DEFAULT =
            new ComputeOptions(NumberType.AUTO, Quantization.NONE, NO_CACHE);

    /** Option {@code dtype}. */
    public enum NumberType {
        /** float32 on the CPU, float16 on a GPU. */
        AUTO,
        FLOAT32,
        FLOAT16,
        BFLOAT16
    }

    /** Option {@code quantization}. */
    public enum Quantization {
        /** The weights as they are. */
        NONE,
        /**
         * Weights and activations in 8 bits, with a scale for each output and for each row; CPU
         * only. The fastest there; an answer does not depend on its batch.
         */
        ROWWISE_8BIT,
        /** Weights in 8 bits, in blocks. */
        WEIGHT_8BIT,
        /** Weights in 4 bits, in blocks. */
        WEIGHT_4BIT
    }

    public ComputeOptions {
        Objects.requireNonNull(type, "type");
        Objects.requireNonNull(quantization, "quantization");
        Objects.requireNonNull(cacheFolder, "cacheFolder");
    }

    public ComputeOptions withType(NumberType value) {
        return new ComputeOptions(value, quantization, cacheFolder);
    }

    public ComputeOptions withQuantization(Quantization value) {
        return new ComputeOptions(type, value, cacheFolder);
    }

    public ComputeOptions withCacheFolder(String value) {
        return new ComputeOptions(type, quantization, value);
    }
}
