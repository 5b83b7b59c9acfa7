package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.time.Duration;

/**
 * When an answer is too late.
 *
 * @param nanos on the clock of {@link System#nanoTime}
 * @param limit what was asked for, for messages
 */
public record Deadline(long nanos, Duration limit) {

    /** Further away than any process lives, and near enough for arithmetic on clock values. */
    private static final Duration NEVER = Duration.ofDays(365L * 100);

    /** A deadline so long after a moment. */
    public static Deadline after(Duration limit, long nowNanos) {
        Duration bounded = limit.compareTo(NEVER) < 0 ? limit : NEVER;
        return new Deadline(nowNanos + bounded.toNanos(), bounded);
    }

    /** Whether it never comes. */
    public boolean isNever() {
        return limit.equals(NEVER);
    }

    public boolean isPast(long nowNanos) {
        return nanos - nowNanos <= 0;
    }

    /** What a request fails with that is late, wherever it was. */
    public LlavaException exceeded() {
        return new LlavaException(
                LlavaErrorCode.CAPACITY,
                "No answer within the time limit of "
                        + limit.toMillis()
                        + " ms: allow more time, or send fewer requests at once");
    }
}
