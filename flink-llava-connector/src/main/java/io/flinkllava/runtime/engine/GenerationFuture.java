package io.flinkllava.runtime.engine;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What the caller of the engine waits for. Either the caller cancels it or the engine claims it,
 * once: so the engine knows what it will say, and can count it, before anybody hears it.
 */
final class GenerationFuture extends CompletableFuture<List<Generation>> {

    private final AtomicBoolean decided = new AtomicBoolean();

    /**
     * Whether the end is now the engine's to tell: nobody has cancelled, and nobody can any more.
     */
    boolean claim() {
        return decided.compareAndSet(false, true);
    }

    /** Whether the end is known, told or not. */
    boolean isDecided() {
        return decided.get();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        return claim() && super.cancel(mayInterruptIfRunning);
    }
}
