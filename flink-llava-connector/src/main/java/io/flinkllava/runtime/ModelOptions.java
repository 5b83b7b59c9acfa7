package io.flinkllava.runtime;

import java.io.Serializable;
import java.time.Duration;
import java.util.Objects;

/**
 * How a checkpoint is opened.
 *
 * @param device where it runs
 * @param maxBatchSize sequences that are decoded together, the rows of the KV cache; at least 1
 * @param maxSequenceLength positions a sequence may take, prompt and answer together; or {@link
 *     #CHECKPOINT_DEFAULT} for {@value #DEFAULT_SEQUENCE_LENGTH}, or more where one picture may
 *     take as many, but never more than the model's own context
 * @param maxBatchTokens prompt tokens that are prefilled between two decode steps; one prompt is
 *     always admitted
 * @param maxBatchDelay how long an idle engine waits for company before it starts
 * @param threads cores used on the CPU; or {@link #CHECKPOINT_DEFAULT} for all. The first model
 *     opened in a process decides for all of them: they share one thread pool.
 * @param limits what a request may bring
 * @param checkpoint how the folder is read where it leaves a choice
 */
public record ModelOptions(
        Device device,
        int maxBatchSize,
        int maxSequenceLength,
        int maxBatchTokens,
        Duration maxBatchDelay,
        int threads,
        RequestLimits limits,
        CheckpointOptions checkpoint)
        implements Serializable {

    public static final int CHECKPOINT_DEFAULT = 0;
    public static final int DEFAULT_SEQUENCE_LENGTH = 2048;
    public static final ModelOptions DEFAULT =
            new ModelOptions(
                    Device.AUTO,
                    8,
                    CHECKPOINT_DEFAULT,
                    4096,
                    Duration.ofMillis(2),
                    CHECKPOINT_DEFAULT,
                    RequestLimits.DEFAULT,
                    CheckpointOptions.DEFAULT);

    public ModelOptions {
        Objects.requireNonNull(device, "device");
        requireAtLeast("max-batch-size", maxBatchSize, 1);
        requireAtLeast("max-sequence-length", maxSequenceLength, 0);
        requireAtLeast("max-batch-tokens", maxBatchTokens, 1);
        requireAtLeast("threads", threads, 0);
        if (maxBatchDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "max-batch-delay is " + maxBatchDelay + ", it must not be negative");
        }
        Objects.requireNonNull(limits, "limits");
        Objects.requireNonNull(checkpoint, "checkpoint");
    }

    public ModelOptions withDevice(Device value) {
        return new ModelOptions(
                value,
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                threads,
                limits,
                checkpoint);
    }

    public ModelOptions withMaxBatchSize(int value) {
        return new ModelOptions(
                device,
                value,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                threads,
                limits,
                checkpoint);
    }

    public ModelOptions withMaxSequenceLength(int value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                value,
                maxBatchTokens,
                maxBatchDelay,
                threads,
                limits,
                checkpoint);
    }

    public ModelOptions withMaxBatchTokens(int value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                maxSequenceLength,
                value,
                maxBatchDelay,
                threads,
                limits,
                checkpoint);
    }

    public ModelOptions withMaxBatchDelay(Duration value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                value,
                threads,
                limits,
                checkpoint);
    }

    public ModelOptions withThreads(int value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                value,
                limits,
                checkpoint);
    }

    public ModelOptions withLimits(RequestLimits value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                threads,
                value,
                checkpoint);
    }

    public ModelOptions withCheckpoint(CheckpointOptions value) {
        return new ModelOptions(
                device,
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                threads,
                limits,
                value);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", it must be at least " + least);
        }
    }
}
