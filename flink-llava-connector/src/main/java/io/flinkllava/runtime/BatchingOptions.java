package io.flinkllava.runtime;

import java.io.Serializable;
import java.time.Duration;

/**
 * How many sequences run together, and how long they may be.
 *
 * @param maxBatchSize sequences that are decoded together, the rows of the KV cache; at least 1.
 *     Not asked where there is a {@code memoryFraction}
 * @param maxSequenceLength positions a sequence may take, prompt and answer together; or {@link
 *     ModelOptions#CHECKPOINT_DEFAULT} for {@value #DEFAULT_SEQUENCE_LENGTH}, or more where one
 *     picture may take as many, but never more than the model's own context
 * @param maxBatchTokens prompt tokens that are prefilled between two decode steps; a longer prompt
 *     is prefilled over several steps, so that running answers go on; at least 1
 * @param maxBatchDelay how long an idle engine waits for company before it starts
 * @param memoryFraction of the memory that the device has left when the weights are loaded: the KV
 *     cache gets as many rows as fit into it beside the vision cache and what steps take, at most
 *     256. On a GPU 0.9 is a good choice if it has no other model; on the CPU leave room for the
 *     heap. {@link #NO_FRACTION} for {@code maxBatchSize} rows, else in (0, 1]
 * @param warmUp whether a model answers a small question when it is opened, so that the first
 *     request does not pay for memory that is taken and code that is compiled on first use. Costs
 *     as much as one question about one picture
 */
public record BatchingOptions(
        int maxBatchSize,
        int maxSequenceLength,
        int maxBatchTokens,
        Duration maxBatchDelay,
        double memoryFraction,
        boolean warmUp)
        implements Serializable {

    public static final int DEFAULT_SEQUENCE_LENGTH = 2048;
    public static final double NO_FRACTION = 0;

    /** What messages call {@link #maxSequenceLength}. */
    static final String MAX_SEQUENCE_LENGTH = "max-sequence-length";

    public static final BatchingOptions DEFAULT =
            new BatchingOptions(
                    8,
                    ModelOptions.CHECKPOINT_DEFAULT,
                    4096,
                    Duration.ofMillis(2),
                    NO_FRACTION,
                    true);

    public BatchingOptions {
        requireAtLeast("max-batch-size", maxBatchSize, 1);
        requireAtLeast(MAX_SEQUENCE_LENGTH, maxSequenceLength, 0);
        requireAtLeast("max-batch-tokens", maxBatchTokens, 1);
        if (maxBatchDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "max-batch-delay is " + maxBatchDelay + ", it must not be negative");
        }
        if (!(memoryFraction >= NO_FRACTION && memoryFraction <= 1)) {
            throw new IllegalArgumentException(
                    "memory-fraction is " + memoryFraction + ", it must be from 0 to 1");
        }
    }

    public BatchingOptions withMaxBatchSize(int value) {
        return new BatchingOptions(
                value, maxSequenceLength, maxBatchTokens, maxBatchDelay, memoryFraction, warmUp);
    }

    public BatchingOptions withMaxSequenceLength(int value) {
        return new BatchingOptions(
                maxBatchSize, value, maxBatchTokens, maxBatchDelay, memoryFraction, warmUp);
    }

    public BatchingOptions withMaxBatchTokens(int value) {
        return new BatchingOptions(
                maxBatchSize, maxSequenceLength, value, maxBatchDelay, memoryFraction, warmUp);
    }

    public BatchingOptions withMaxBatchDelay(Duration value) {
        return new BatchingOptions(
                maxBatchSize, maxSequenceLength, maxBatchTokens, value, memoryFraction, warmUp);
    }

    public BatchingOptions withMemoryFraction(double value) {
        return new BatchingOptions(
                maxBatchSize, maxSequenceLength, maxBatchTokens, maxBatchDelay, value, warmUp);
    }

    public BatchingOptions withWarmUp(boolean value) {
        return new BatchingOptions(
                maxBatchSize,
                maxSequenceLength,
                maxBatchTokens,
                maxBatchDelay,
                memoryFraction,
                value);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", it must be at least " + least);
        }
    }
}
