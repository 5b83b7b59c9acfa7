package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;

/**
 * A key's place in the pool, from the first lease until its model is taken out for closing. Fields
 * that change are guarded by the pool's monitor.
 */
final class Slot {

    final ModelKey key;

    /** What the lessees of all times share. */
    final ReopeningModel view;

    /** The load under way, or the last one; completed outside of the monitor. */
    CompletableFuture<LlavaModel> loading = new CompletableFuture<>();

    /** The model that is open. */
    Optional<LlavaModel> model = Optional.empty();

    /** Whether the last load failed. */
    boolean failed;

    int leases;

    /** Leases ever taken: tells one idle time from a later one. */
    long leasesTaken;

    /** How long it lingers, if the last lease said so. */
    Optional<Duration> linger = Optional.empty();

    /** The closing that is scheduled while the model lingers. */
    Future<?> closing = CompletableFuture.completedFuture(null);

    /** Whether to close the model without lingering if nobody holds it once it is loaded. */
    boolean unwanted;

    Slot(ModelKey key, ModelPool pool, ScheduledExecutorService clock) {
        this.key = key;
        this.view = new ReopeningModel(() -> pool.usable(this), clock);
    }

    boolean idle() {
        return leases == 0 && model.isPresent();
    }

    boolean broken() {
        return model.isPresent() && !model.get().isUsable();
    }

    /** Waits for a load. An interrupt ends the waiting, not the load. */
    void await(CompletableFuture<LlavaModel> load) {
        try {
            load.get();
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
