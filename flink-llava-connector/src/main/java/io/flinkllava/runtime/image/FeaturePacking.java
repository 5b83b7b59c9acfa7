package io.flinkllava.runtime.image;

import java.util.Arrays;

/**
 * How the features of tiles become tokens: each token is one feature vector, a blend of up to four,
 * or the newline vector. The vectors never leave the device; this is the recipe that goes there.
 *
 * <p>Immutable by agreement: nobody writes to the arrays.
 */
public final class FeaturePacking {

    /** Feature vectors that a token blends at most. */
    public static final int TAPS = 4;

    private final int features;
    private final int[] indexes;
    private final float[] weights;
    private final boolean identity;

    private FeaturePacking(int features, int[] indexes, float[] weights, boolean identity) {
        this.features = features;
        this.indexes = indexes;
        this.weights = weights;
        this.identity = identity;
    }

    /** Every feature is a token. */
    static FeaturePacking identity(int features) {
        Builder builder = new Builder(features);
        for (int i = 0; i < features; i++) {
            builder.feature(i);
        }
        return builder.build(true);
    }

    /** Whether the features are the tokens, in their order. */
    public boolean isIdentity() {
        return identity;
    }

    /** Tokens that come out. */
    public int tokens() {
        return indexes.length / TAPS;
    }

    /** Feature vectors that go in; the newline vector counts as one more behind them. */
    public int features() {
        return features;
    }

    /** {@code [tokens, TAPS]}: which vectors, 0 to {@link #features} inclusive. */
    public int[] indexes() {
        return indexes;
    }

    /** {@code [tokens, TAPS]}: how much of each; the first is 1 where nothing is blended. */
    public float[] weights() {
        return weights;
    }

    /** Writes a recipe, token after token. */
    static final class Builder {

        private final int features;
        private int[] indexes = new int[1024];
        private float[] weights = new float[1024];
        private int end;

        Builder(int features) {
            this.features = features;
        }

        Builder feature(int index) {
            return tap(index, 1).tap(index, 0).tap(index, 0).tap(index, 0);
        }

        Builder newline() {
            return feature(features);
        }

        /** One of the vectors of a token; {@link #TAPS} of them make a token. */
        Builder tap(int index, float weight) {
            if (end == indexes.length) {
                indexes = Arrays.copyOf(indexes, 2 * end);
                weights = Arrays.copyOf(weights, 2 * end);
            }
            indexes[end] = index;
            weights[end++] = weight;
            return this;
        }

        FeaturePacking build() {
            return build(false);
        }

        private FeaturePacking build(boolean identity) {
            return new FeaturePacking(
                    features, Arrays.copyOf(indexes, end), Arrays.copyOf(weights, end), identity);
        }
    }
}
