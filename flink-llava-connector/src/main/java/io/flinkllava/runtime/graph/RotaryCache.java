package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.RopeConfig;
import io.flinkllava.runtime.checkpoint.RopeConfig.Linear;
import io.flinkllava.runtime.checkpoint.RopeConfig.Llama3;
import io.flinkllava.runtime.checkpoint.RopeConfig.Unscaled;

/**
 * Cosines and sines of rotary position embeddings, {@code [positions, columns]} each, one column
 * for each pair of a head's columns that turns.
 *
 * <p>Implements {@code LlamaRotaryEmbedding} ({@code modeling_llama.py}) and {@code
 * modeling_rope_utils.py} of Hugging Face transformers. Every step is rounded to float32 as there,
 * in the same order: frequencies are the same bits.
 */
record RotaryCache(int columns, float[] cos, float[] sin) {

    private static final float TWO_PI = (float) (2 * Math.PI);

    /**
     * Computes the cache.
     *
     * @param columns at least half of {@code headDim}; columns beyond that do not turn
     */
    static RotaryCache of(RopeConfig rope, int headDim, int columns, int positions) {
        float[] frequencies = frequencies(rope, headDim);
        float[] cos = new float[positions * columns];
        float[] sin = new float[positions * columns];
        for (int position = 0; position < positions; position++) {
            for (int column = 0; column < columns; column++) {
                float angle = column < frequencies.length ? position * frequencies[column] : 0;
                cos[position * columns + column] = (float) Math.cos(angle);
                sin[position * columns + column] = (float) Math.sin(angle);
            }
        }
        return new RotaryCache(columns, cos, sin);
    }

    /** Radians a position, for each column of a head's half. */
    static float[] frequencies(RopeConfig rope, int headDim) {
        float[] frequencies = new float[headDim / 2];
        for (int column = 0; column < frequencies.length; column++) {
            float exponent = (float) (2 * column) / headDim;
            float power = (float) Math.pow(rope.theta(), exponent);
            frequencies[column] = scaled(1 / power, rope.scaling());
        }
        return frequencies;
    }

    private static float scaled(float frequency, RopeConfig.Scaling scaling) {
        if (scaling instanceof Unscaled) {
            return frequency;
        } else if (scaling instanceof Linear linear) {
            return frequency / (float) linear.factor();
        } else if (scaling instanceof Llama3 llama3) {
            return scaled(frequency, llama3);
        }
        throw new IllegalArgumentException("Unknown scaling " + scaling);
    }

    private static float scaled(float frequency, Llama3 llama3) {
        float factor = (float) llama3.factor();
        float wavelength = 1 / frequency * TWO_PI;
        if (wavelength > (float) (llama3.originalPositions() / llama3.lowFreqFactor())) {
            return frequency / factor;
        }
        if (wavelength < (float) (llama3.originalPositions() / llama3.highFreqFactor())) {
            return frequency;
        }
        float smooth =
                (1 / wavelength * llama3.originalPositions() - (float) llama3.lowFreqFactor())
                        / (float) (llama3.highFreqFactor() - llama3.lowFreqFactor());
        return (1 - smooth) * frequency / factor + smooth * frequency;
    }
}
