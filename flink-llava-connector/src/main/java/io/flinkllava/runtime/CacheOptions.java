package io.flinkllava.runtime;

import java.io.Serializable;

/**
 * What a model keeps from one request to the next. Neither changes an answer.
 *
 * @param visionBytes device memory for the features of pictures that were seen; 0 for none
 * @param warmPrefixes whether a request that begins like an earlier one, pictures included, takes
 *     over what was computed for it, as long as its row of the KV cache is not needed otherwise
 */
public record CacheOptions(long visionBytes, boolean warmPrefixes) implements Serializable {

    public static final CacheOptions DEFAULT = new CacheOptions(256L << 20, true);
    public static final CacheOptions NONE = new CacheOptions(0, false);

    public CacheOptions {
        if (visionBytes < 0) {
            throw new IllegalArgumentException(
                    "vision-cache is " + visionBytes + " bytes, it must not be negative");
        }
    }

    public CacheOptions withVisionBytes(long value) {
        return new CacheOptions(value, warmPrefixes);
    }

    public CacheOptions withWarmPrefixes(boolean value) {
        return new CacheOptions(visionBytes, value);
    }
}
