package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.image.FeaturePacking;

import java.nio.FloatBuffer;

/** Makes tokens of the feature vectors of tiles on the host, in float32. */
record VectorPacking(int hidden, float[] newline) {

    /**
     * Follows a recipe.
     *
     * @param features {@code [features, hidden]}
     * @return {@code [tokens, hidden]}
     */
    FloatBuffer pack(FeaturePacking packing, FloatBuffer features) {
        if (packing.isIdentity()) {
            return features;
        }
        FloatBuffer vectors = FloatBuffer.allocate((packing.features() + 1) * hidden);
        vectors.put(features).put(newline);
        float[] tokens = new float[packing.tokens() * hidden];
        for (int token = 0; token < packing.tokens(); token++) {
            for (int tap = 0; tap < FeaturePacking.TAPS; tap++) {
                int recipe = token * FeaturePacking.TAPS + tap;
                float weight = packing.weights()[recipe];
                if (weight != 0) {
                    int from = packing.indexes()[recipe] * hidden;
                    for (int i = 0; i < hidden; i++) {
                        tokens[token * hidden + i] += weight * vectors.get(from + i);
                    }
                }
            }
        }
        return FloatBuffer.wrap(tokens);
    }
}
