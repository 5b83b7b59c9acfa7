package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;

import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;

/**
 * A key's place in the pool, from the first lease until its model is taken out for closing. Fields
 * that change are guarded by the pool's monitor.
 */
final class Slot {

    final ModelKey key;
    final CompletableFuture<LlavaModel> loaded = new CompletableFuture<>();

    int leases;

    /** Leases ever taken: tells one idle time from a later one. */
    long leasesTaken;

    /** The closing that is scheduled while the model lingers. */
    Future<?> closing = CompletableFuture.completedFuture(null);

    /** Whether to close the model without lingering if nobody holds it once it is loaded. */
    boolean unwanted;

    Slot(ModelKey key) {
        this.key = key;
    }

    boolean idle() {
        return leases == 0 && open();
    }

    boolean open() {
        return loaded.isDone() && !loaded.isCompletedExceptionally();
    }

    /** Waits for the load. An interrupt ends the waiting, not the load. */
    LlavaModel await() {
        try {
            return loaded.get();
        } catch (InterruptedException e) {
            throw interrupted(key + " was being loaded", e);
        } catch (ExecutionException e) {
            throw failure(e.getCause());
        }
    }

    /** Keeps the thread interrupted. */
    static CancellationException interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        CancellationException cancelled = new CancellationException("Interrupted while " + what);
        cancelled.initCause(cause);
        return cancelled;
    }

    /** A new exception for each who waits: a shared one would mix their stack traces. */
    private LlavaException failure(Throwable cause) {
        return cause instanceof LlavaException known
                ? new LlavaException(known.code(), known.getMessage(), known)
                : new LlavaException(
                        LlavaErrorCode.INTERNAL, "Loading " + key + " failed: " + cause, cause);
    }
}
