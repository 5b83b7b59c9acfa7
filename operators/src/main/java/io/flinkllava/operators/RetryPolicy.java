package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaErrorCode;

import java.io.Serializable;
import java.time.Duration;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * When and how often a failed request is asked again. The pauses between attempts grow
 * exponentially, from {@code firstPause} to {@code longestPause}. They are spread at random, so
 * that requests that failed together do not come back together; the spread of a request is always
 * the same. Immutable.
 *
 * @param codes the failures after which trying again may help
 * @param maxAttempts how often the model is asked at most, at least 1
 * @param firstPause before the second attempt, not negative
 * @param factor by how much each pause is longer than the one before, at least 1
 * @param longestPause no pause is longer, not negative
 * @param spread each pause is shortened by up to this part of it, within [0, 1]
 */
public record RetryPolicy(
        Set<LlavaErrorCode> codes,
        int maxAttempts,
        Duration firstPause,
        double factor,
        Duration longestPause,
        double spread)
        implements Serializable {

    /** What may be different a moment later: a remote picture, the device, its memory. */
    public static final Set<LlavaErrorCode> TRANSIENT =
            Set.of(LlavaErrorCode.UNAVAILABLE, LlavaErrorCode.CAPACITY);

    /** Three attempts at {@link #TRANSIENT} failures. */
    public static final RetryPolicy DEFAULT =
            new RetryPolicy(TRANSIENT, 3, Duration.ofMillis(200), 4, Duration.ofSeconds(30), 0.25);

    /** One attempt. */
    public static final RetryPolicy NONE = DEFAULT.withMaxAttempts(1);

    /**
     * Checks the ranges.
     *
     * @throws IllegalArgumentException if a number or pause is out of its range
     */
    public RetryPolicy {
        codes = Set.copyOf(codes);
        if (maxAttempts < 1) {
            throw new IllegalArgumentException(
                    "max-attempts is " + maxAttempts + ", it must be at least 1");
        }
        if (firstPause.isNegative() || longestPause.isNegative()) {
            throw new IllegalArgumentException(
                    "Pauses must not be negative: " + firstPause + ", " + longestPause);
        }
        if (!(factor >= 1)) {
            throw new IllegalArgumentException("factor is " + factor + ", it must be at least 1");
        }
        if (!(spread >= 0 && spread <= 1)) {
            throw new IllegalArgumentException("spread is " + spread + ", it must be 0..1");
        }
    }

    /** Tries again after these failures alone; never, if there is none. */
    public RetryPolicy withCodes(Set<LlavaErrorCode> value) {
        return new RetryPolicy(value, maxAttempts, firstPause, factor, longestPause, spread);
    }

    /** Asks the model so often at most, the first time included. */
    public RetryPolicy withMaxAttempts(int value) {
        return new RetryPolicy(codes, value, firstPause, factor, longestPause, spread);
    }

    /** Waits so long before the second attempt, and at most so long before any. */
    public RetryPolicy withPauses(Duration first, Duration longest) {
        return new RetryPolicy(codes, maxAttempts, first, factor, longest, spread);
    }

    /** Shortens each pause by up to this part of it, within [0, 1]. */
    public RetryPolicy withSpread(double value) {
        return new RetryPolicy(codes, maxAttempts, firstPause, factor, longestPause, value);
    }

    /** Whether a request that failed so after so many attempts gets another one. */
    boolean retries(LlavaErrorCode code, int attempts) {
        return attempts < maxAttempts && codes.contains(code);
    }

    /**
     * How long to wait after an attempt, in milliseconds.
     *
     * @param attempts made so far, at least 1
     * @param request a number of the request's own, which decides on the spread
     */
    long pauseMillis(int attempts, long request) {
        double pause =
                Math.min(
                        (double) longestPause.toMillis(),
                        firstPause.toMillis() * Math.pow(factor, attempts - 1.0));
        double shortened = new SplittableRandom(31 * request + attempts).nextDouble() * spread;
        return Math.round(pause * (1 - shortened));
    }
}
