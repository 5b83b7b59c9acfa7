package io.flinkllava.runtime;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How a checkpoint is opened.
 *
 * @param device where it runs
 * @param threads cores used on the CPU; or {@link #CHECKPOINT_DEFAULT} for all. The first model
 *     opened in a process decides for all of them: they share one thread pool.
 * @param batching how many sequences run together, and how long they may be
 * @param compute in what numbers it computes
 * @param caches what is kept from one request to the next
 * @param limits what a request may bring
 * @param checkpoint how the folder is read where it leaves a choice
 * @param cuda how a GPU is used
 */
public record ModelOptions(
        Device device,
        int threads,
        BatchingOptions batching,
        ComputeOptions compute,
        CacheOptions caches,
        RequestLimits limits,
        CheckpointOptions checkpoint,
        CudaOptions cuda)
        implements Serializable {

    public static final int CHECKPOINT_DEFAULT = 0;
    public static final ModelOptions DEFAULT =
            new ModelOptions(
                    Device.AUTO,
                    CHECKPOINT_DEFAULT,
                    BatchingOptions.DEFAULT,
                    ComputeOptions.DEFAULT,
                    CacheOptions.DEFAULT,
                    RequestLimits.DEFAULT,
                    CheckpointOptions.DEFAULT,
                    CudaOptions.DEFAULT);

    public ModelOptions {
        Objects.requireNonNull(device, "device");
        if (threads < 0) {
            throw new IllegalArgumentException("threads is " + threads + ", it must be at least 0");
        }
        Objects.requireNonNull(batching, "batching");
        Objects.requireNonNull(compute, "compute");
        Objects.requireNonNull(caches, "caches");
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(checkpoint, "checkpoint");
        Objects.requireNonNull(cuda, "cuda");
    }

    public ModelOptions withDevice(Device value) {
        return new ModelOptions(
                value, threads, batching, compute, caches, limits, checkpoint, cuda);
    }

    public ModelOptions withThreads(int value) {
        return new ModelOptions(device, value, batching, compute, caches, limits, checkpoint, cuda);
    }

    public ModelOptions withBatching(BatchingOptions value) {
        return new ModelOptions(device, threads, value, compute, caches, limits, checkpoint, cuda);
    }

    public ModelOptions withCompute(ComputeOptions value) {
        return new ModelOptions(device, threads, batching, value, caches, limits, checkpoint, cuda);
    }

    public ModelOptions withCaches(CacheOptions value) {
        return new ModelOptions(
                device, threads, batching, compute, value, limits, checkpoint, cuda);
    }

    public ModelOptions withLimits(RequestLimits value) {
        return new ModelOptions(
                device, threads, batching, compute, caches, value, checkpoint, cuda);
    }

    public ModelOptions withCheckpoint(CheckpointOptions value) {
        return new ModelOptions(device, threads, batching, compute, caches, limits, value, cuda);
    }

    public ModelOptions withCuda(CudaOptions value) {
        return new ModelOptions(
                device, threads, batching, compute, caches, limits, checkpoint, value);
    }

    /** Shorthand for {@link BatchingOptions#withMaxBatchSize}. */
    public ModelOptions withMaxBatchSize(int value) {
        return withBatching(batching.withMaxBatchSize(value));
    }

    /** Shorthand for {@link BatchingOptions#withMaxSequenceLength}. */
    public ModelOptions withMaxSequenceLength(int value) {
        return withBatching(batching.withMaxSequenceLength(value));
    }

    /** Shorthand for {@link BatchingOptions#withMaxBatchTokens}. */
    public ModelOptions withMaxBatchTokens(int value) {
        return withBatching(batching.withMaxBatchTokens(value));
    }

    /** Shorthand for {@link BatchingOptions#withMaxBatchDelay}. */
    public ModelOptions withMaxBatchDelay(Duration value) {
        return withBatching(batching.withMaxBatchDelay(value));
    }

    /** Shorthand for {@link BatchingOptions#withMemoryFraction}. */
    public ModelOptions withMemoryFraction(double value) {
        return withBatching(batching.withMemoryFraction(value));
    }
}
