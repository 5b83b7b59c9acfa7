package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.TextConfig;

/**
 * Cosines and sines of rotary position embeddings, {@code [positions, headDim / 2]} each, as {@code
 * LlamaRotaryEmbedding} of Hugging Face computes them: frequencies and angles in float32, rounded
 * before the cosine.
 */
record RotaryCache(int columns, float[] cos, float[] sin) {

    static RotaryCache of(TextConfig text, int positions) {
        int columns = text.headDim() / 2;
        float[] cos = new float[positions * columns];
        float[] sin = new float[positions * columns];
        for (int column = 0; column < columns; column++) {
            float exponent = (float) (2 * column) / text.headDim();
            float frequency = (float) (1 / Math.pow(text.ropeTheta(), exponent));
            for (int position = 0; position < positions; position++) {
                float angle = position * frequency;
                cos[position * columns + column] = (float) Math.cos(angle);
                sin[position * columns + column] = (float) Math.sin(angle);
            }
        }
        return new RotaryCache(columns, cos, sin);
    }
}
