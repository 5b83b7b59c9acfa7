package io.flinkllava.udfs.request;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;

import java.time.Duration;

/**
 * How long a row's request may take, its pictures included.
 *
 * @param limit {@link LlavaRequest#NO_LIMIT} for none
 * @param start on the clock of {@link System#nanoTime}
 */
record TimeLimit(Duration limit, long start) {

    static TimeLimit fromNow(Duration limit) {
        return new TimeLimit(limit, System.nanoTime());
    }

    boolean isNone() {
        return limit.equals(LlavaRequest.NO_LIMIT);
    }

    Duration passed() {
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** Never negative. */
    Duration left() {
        Duration left = isNone() ? limit : limit.minus(passed());
        return left.isNegative() ? Duration.ZERO : left;
    }

    boolean isOver() {
        return left().isZero();
    }

    /** What a request fails with that is late. */
    LlavaException exceeded() {
        return new LlavaException(
                LlavaErrorCode.CAPACITY,
                "No answer within the time limit of "
                        + limit.toMillis()
                        + " ms, the reading of pictures included: allow more time"
                        + " (request-timeout), or have fewer rows in flight");
    }
}
