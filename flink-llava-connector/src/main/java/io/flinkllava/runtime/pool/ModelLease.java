package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaModel;

import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The right to use a pooled model until the lease is closed. The pool owns the model: do not close
 * it. Thread-safe.
 *
 * <p>If the model breaks (its device is lost, its engine died), it is opened anew: requests wait
 * for that, those that were in it are asked once more, and {@link LlavaModel#counters} begin anew.
 */
public final class ModelLease implements AutoCloseable {

    private final LlavaModel model;
    private final Runnable release;
    private final AtomicBoolean closed = new AtomicBoolean();

    ModelLease(LlavaModel model, Runnable release) {
        this.model = model;
        this.release = release;
    }

    /**
     * The leased model.
     *
     * @throws IllegalStateException if the lease is closed: the model may be too
     */
    public LlavaModel model() {
        if (closed.get()) {
            throw new IllegalStateException("The lease is closed");
        }
        return model;
    }

    /** This lease with something to do once it is closed, which the caller does in its place. */
    public ModelLease andThen(Runnable more) {
        return new ModelLease(
                model,
                () -> {
                    close();
                    more.run();
                });
    }

    /** Gives the model back. Closing twice is harmless. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            release.run();
        }
    }
}
