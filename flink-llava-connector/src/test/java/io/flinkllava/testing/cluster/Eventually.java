package io.flinkllava.testing.cluster;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Looks at other processes, which nobody can wait on, until they show what is awaited. */
public final class Eventually {

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** A look that may fail while the process is not there yet. */
    public interface Look<T> {
        Optional<T> look() throws Exception;
    }

    /** A look for a condition. */
    public interface Condition {
        boolean holds() throws Exception;
    }

    private Eventually() {}

    /** Looks until the condition holds; see {@link #get}. */
    public static void holds(
            String what, Duration longest, Supplier<String> state, Condition condition) {
        get(what, longest, state, () -> condition.holds() ? Optional.of(true) : Optional.empty());
    }

    /**
     * Looks until there is a value.
     *
     * @param longest after that somebody must be told; far more than it ever takes
     * @param state what to tell then, such as the logs
     * @throws AssertionError if there never is; the last failure of the look is its cause
     */
    public static <T> T get(String what, Duration longest, Supplier<String> state, Look<T> look) {
        long end = System.nanoTime() + longest.toNanos();
        Exception last = null;
        while (System.nanoTime() < end) {
            try {
                Optional<T> found = look.look();
                if (found.isPresent()) {
                    return found.get();
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            LockSupport.parkNanos(LOOK_NANOS);
            if (Thread.currentThread().isInterrupted()) {
                throw new AssertionError("Interrupted while waiting: " + what, last);
            }
        }
        throw new AssertionError(
                "Not within " + longest.toSeconds() + " s: " + what + "\n" + state.get(), last);
    }
}
