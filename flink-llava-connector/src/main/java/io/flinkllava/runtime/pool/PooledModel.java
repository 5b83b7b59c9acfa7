package io.flinkllava.runtime.pool;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.ModelInfo;

/**
 * A model of the pool at one moment.
 *
 * @param leases how many hold it; 0 while it lingers
 */
public record PooledModel(ModelKey key, ModelInfo info, EngineCounters counters, int leases) {}
