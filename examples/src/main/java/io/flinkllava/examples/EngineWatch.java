package io.flinkllava.examples;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.pool.ModelKey;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.runtime.pool.PooledModel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Watches the models of this process, which an embedded cluster shares. Remembers what it saw last,
 * because models may be gone when the job has ended. For one thread.
 */
public final class EngineWatch {

    private final ModelPool pool;
    private final long start = System.nanoTime();
    private final Map<ModelKey, EngineCounters> seen = new HashMap<>();
    private long loaded;

    public EngineWatch() {
        this(ModelPool.shared());
    }

    EngineWatch(ModelPool pool) {
        this.pool = pool;
    }

    /** Looks at the models; must be called now and then. */
    public void look() {
        for (PooledModel model : pool.models()) {
            seen.put(model.key(), model.counters());
        }
        if (loaded == 0 && !seen.isEmpty()) {
            loaded = System.nanoTime();
        }
    }

    public boolean isLoaded() {
        return loaded != 0;
    }

    public double secondsSinceStart() {
        return seconds(System.nanoTime() - start);
    }

    /** From the start until a model was loaded; 0 before. */
    public double secondsToLoad() {
        return isLoaded() ? seconds(loaded - start) : 0;
    }

    /** 0 before a model was loaded. */
    public double secondsSinceLoaded() {
        return isLoaded() ? seconds(System.nanoTime() - loaded) : 0;
    }

    /** Rows in a decode step on average, over all models; 0 before the first step. */
    public double meanBatchSize() {
        List<EngineCounters> engines = new ArrayList<>(seen.values());
        long steps = engines.stream().mapToLong(EngineCounters::decodeSteps).sum();
        long rows = engines.stream().mapToLong(EngineCounters::decodeRows).sum();
        return steps == 0 ? 0 : (double) rows / steps;
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
