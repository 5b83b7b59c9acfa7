package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelLoader;
import io.flinkllava.runtime.memory.NativeLedger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Reference-counted models: at most one open model for a key, loaded by the first lease, shared by
 * the others, closed a while after the last one ends, so that a restart does not load it again. A
 * model that broke is closed and opened anew, for the next lease and for those that hold it.
 *
 * <p>Thread-safe. Different keys load in parallel; loading and closing never hold up the leases of
 * other keys.
 */
public final class ModelPool {

    /** Outlasts the longest pause between two restarts under Flink's default strategy. */
    public static final Duration DEFAULT_LINGER = Duration.ofMinutes(2);

    private static final Logger LOG = LoggerFactory.getLogger(ModelPool.class);

    /** Loaded on first use. */
    private static final class Shared {
        static final ModelPool POOL = new ModelPool(LlavaModel::open, DEFAULT_LINGER);
    }

    private final ModelLoader loader;
    private final ScheduledExecutorService closer = PoolThreads.closer();
    private final ScheduledExecutorService clock = PoolThreads.clock();
    private final Map<ModelKey, Slot> slots = new HashMap<>();

    /** Keys whose model is being closed, which must end before another one is loaded. */
    private final Set<ModelKey> closing = new HashSet<>();

    private Duration linger;

    /**
     * Creates a pool of its own; most callers want {@link #shared}.
     *
     * @param linger how long a model stays open after its last lease; zero closes it at once
     */
    public ModelPool(ModelLoader loader, Duration linger) {
        this.loader = loader;
        setLinger(linger);
    }

    /** The pool of this process, or rather of the class loader that loaded this library. */
    public static ModelPool shared() {
        return Shared.POOL;
    }

    /**
     * Memory outside of the heap that all open models hold, those of other pools included, in
     * bytes: KV caches, vision features and scratch, on whatever device they are. Weights are not
     * counted: ONNX Runtime holds them and does not say how much that is.
     */
    public static long nativeBytes() {
        return NativeLedger.balance().bytes();
    }

    /** Sets how long models linger that become idle from now on; not negative. */
    public void setLinger(Duration value) {
        requireNotNegative(value);
        synchronized (this) {
            linger = value;
        }
    }

    private static Duration requireNotNegative(Duration linger) {
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger is " + linger + ", it must not be negative");
        }
        return linger;
    }

    /**
     * Leases a model that lingers as long as the pool's do; see {@link #lease(ModelKey, Duration)}.
     */
    public ModelLease lease(ModelKey key) {
        return lease(key, Optional.empty());
    }

    /**
     * Leases a model, and waits while it is being loaded. A failed load reaches all who wait for it
     * and is tried again by the next lease. A model that breaks while it is leased is opened anew
     * under its lessees: {@link ModelLease#model} stays the same.
     *
     * @param linger how long this model stays open after its last lease; the last to say so decides
     * @throws io.flinkllava.runtime.LlavaException if it cannot be loaded; whatever the loader
     *     threw is the cause
     * @throws CancellationException if the thread is interrupted; it stays interrupted
     */
    public ModelLease lease(ModelKey key, Duration linger) {
        return lease(key, Optional.of(requireNotNegative(linger)));
    }

    private ModelLease lease(ModelKey key, Optional<Duration> linger) {
        Slot slot;
        CompletableFuture<LlavaModel> load;
        synchronized (this) {
            slot = take(key);
            if (linger.isPresent()) {
                slot.linger = linger;
            }
            load = usable(slot);
        }
        try {
            slot.await(load);
            return new ModelLease(slot.view, () -> release(slot));
        } catch (RuntimeException e) {
            release(slot);
            throw e;
        }
    }

    /** What is open now, for metrics and diagnosis. */
    public synchronized List<PooledModel> models() {
        List<PooledModel> models = new ArrayList<>();
        for (Slot slot : slots.values()) {
            slot.model.ifPresent(
                    model ->
                            models.add(
                                    new PooledModel(
                                            slot.key,
                                            model.info(),
                                            model.counters(),
                                            slot.leases)));
        }
        return List.copyOf(models);
    }

    /**
     * Closes what lingers without waiting for its time, and what nobody holds once it is loaded.
     * For the moment when a job's class loader is released.
     */
    public void closeIdle() {
        List<Slot> idle = new ArrayList<>();
        synchronized (this) {
            for (Slot slot : List.copyOf(slots.values())) {
                slot.unwanted = slot.leases == 0;
                if (slot.idle()) {
                    takeOut(slot);
                    idle.add(slot);
                }
            }
        }
        idle.forEach(this::close);
    }

    private synchronized Slot take(ModelKey key) {
        try {
            while (closing.contains(key)) {
                wait();
            }
        } catch (InterruptedException e) {
            throw Slot.interrupted(key + " was being closed", e);
        }
        Slot slot = slots.get(key);
        if (slot == null) {
            slot = new Slot(key, this, clock);
            slots.put(key, slot);
            startLoading(slot, Optional.empty());
        }
        slot.leases++;
        slot.leasesTaken++;
        slot.unwanted = false;
        slot.closing.cancel(false);
        return slot;
    }

    /**
     * The model of a slot that is leased, opened anew if it broke or did not open the last time.
     */
    synchronized CompletableFuture<LlavaModel> usable(Slot slot) {
        if (slot.leases > 0 && (slot.failed || slot.broken())) {
            Optional<LlavaModel> broken = slot.model;
            slot.model = Optional.empty();
            slot.failed = false;
            slot.loading = new CompletableFuture<>();
            startLoading(slot, broken);
        }
        return slot.loading;
    }

    private void startLoading(Slot slot, Optional<LlavaModel> broken) {
        CompletableFuture<LlavaModel> load = slot.loading;
        Runnable closeAndLoad =
                () -> {
                    broken.ifPresent(model -> closeBroken(slot, model));
                    load(slot, load);
                };
        PoolThreads.loader(closeAndLoad, slot.key).start();
    }

    private static void closeBroken(Slot slot, LlavaModel model) {
        LOG.warn("{} broke and is opened anew", slot.key);
        try {
            model.close();
        } catch (RuntimeException | Error e) {
            // Little works on a device that is lost; what matters is whether it opens again.
            LOG.warn("Closing {}, which broke, failed", slot.key, e);
        }
    }

    private void load(Slot slot, CompletableFuture<LlavaModel> load) {
        long start = System.nanoTime();
        try {
            LlavaModel model = loader.open(slot.key.folder(), slot.key.options());
            loaded(slot, model);
            LOG.info(
                    "Loaded {} in {} ms",
                    slot.key,
                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start));
            // Not in the monitor: those who wait go on in this very thread.
            load.complete(model);
        } catch (Throwable failure) {
            // Errors too: who waits would wait for ever.
            failed(slot);
            load.completeExceptionally(failure);
        }
    }

    private synchronized void loaded(Slot slot, LlavaModel model) {
        slot.model = Optional.of(model);
        slot.view.opened(model);
        if (slot.leases == 0) {
            scheduleClosing(slot);
        }
    }

    private synchronized void failed(Slot slot) {
        slot.failed = true;
        if (slot.leases == 0) {
            slots.remove(slot.key, slot);
        }
    }

    private synchronized void release(Slot slot) {
        slot.leases--;
        if (slot.idle()) {
            scheduleClosing(slot);
        } else if (slot.leases == 0 && slot.failed) {
            slots.remove(slot.key, slot);
        }
    }

    private void scheduleClosing(Slot slot) {
        long idleSince = slot.leasesTaken;
        Duration delay = slot.unwanted ? Duration.ZERO : slot.linger.orElse(linger);
        slot.closing =
                closer.schedule(
                        () -> closeIfStillIdle(slot, idleSince),
                        delay.toMillis(),
                        TimeUnit.MILLISECONDS);
    }

    private void closeIfStillIdle(Slot slot, long idleSince) {
        synchronized (this) {
            // Leased again, or already taken out by closeIdle.
            if (slot.leasesTaken != idleSince || slots.get(slot.key) != slot) {
                return;
            }
            takeOut(slot);
        }
        close(slot);
    }

    private void takeOut(Slot slot) {
        slots.remove(slot.key);
        slot.closing.cancel(false);
        closing.add(slot.key);
    }

    private void close(Slot slot) {
        try {
            slot.model.orElseThrow().close();
            LOG.info("Closed {}", slot.key);
        } catch (RuntimeException | Error e) {
            // Whoever closed it has nothing to do with the fault, and others wait to be closed.
            LOG.warn("Closing {} failed", slot.key, e);
        } finally {
            synchronized (this) {
                closing.remove(slot.key);
                notifyAll();
            }
        }
    }
}
