package io.flinkllava.runtime;

import java.io.Serializable;

/**
 * How a token is drawn, with the meanings of Hugging Face {@code generate}. The draw depends on the
 * seed and the token's place in the answer alone: neither the batch nor a replay changes it.
 *
 * @param temperature what scores are divided by before anything else here; 0 takes the best token
 *     always
 * @param topK only so many of the best tokens, and those equal to the last of them; 0 for all
 * @param topP only the smallest set of best tokens that has this probability together, within (0,
 *     1]; 1 for all
 * @param minP only tokens at least this fraction as likely as the best, within [0, 1]; 0 for all
 * @param seed where the randomness comes from
 */
public record Sampling(double temperature, int topK, double topP, double minP, long seed)
        implements Serializable {

    /** The best token always. */
    public static final Sampling GREEDY = new Sampling(0, 0, 1, 0, 0);

    public Sampling {
        requireWithin("temperature", temperature, temperature >= 0 && temperature <= 1e6, "0..1e6");
        requireWithin("top-k", topK, topK >= 0, "0 or more");
        requireWithin("top-p", topP, topP > 0 && topP <= 1, "above 0, up to 1");
        requireWithin("min-p", minP, minP >= 0 && minP <= 1, "0..1");
    }

    private static void requireWithin(String name, double value, boolean within, String range) {
        if (!within) {
            throw new IllegalArgumentException(name + " is " + value + ", it must be " + range);
        }
    }

    /** Draws from all tokens, at a temperature. */
    public static Sampling temperature(double value, long seed) {
        return new Sampling(value, 0, 1, 0, seed);
    }

    public boolean isGreedy() {
        return temperature == 0;
    }

    public Sampling withTopK(int value) {
        return new Sampling(temperature, value, topP, minP, seed);
    }

    public Sampling withTopP(double value) {
        return new Sampling(temperature, topK, value, minP, seed);
    }

    public Sampling withMinP(double value) {
        return new Sampling(temperature, topK, topP, value, seed);
    }

    public Sampling withSeed(long value) {
        return new Sampling(temperature, topK, topP, minP, value);
    }
}
