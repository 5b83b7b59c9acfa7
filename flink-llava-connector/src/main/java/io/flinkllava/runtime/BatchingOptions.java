package io.flinkllava.runtime;

import java.io.Serializable;
import java.time.Duration;

/**
 * How many sequences run together, and how long they may be.
 *
 * @param maxBatchSize sequences that are decoded together, the rows of the KV cache; at least 1
 * @param maxSequenceLength positions a sequence may take, prompt and answer together; or {@link
 *     ModelOptions#CHECKPOINT_DEFAULT} for {@value #DEFAULT_SEQUENCE_LENGTH}, or more where one
 *     picture may take as many, but never more than the model's own context
 * @param maxBatchTokens prompt tokens that are prefilled between two decode steps; a longer prompt
 *     is prefilled over several steps, so that running answers go on; at least 1
 * @param maxBatchDelay how long an idle engine waits for company before it starts
 */
public record BatchingOptions(
        int maxBatchSize, int maxSequenceLength, int maxBatchTokens, Duration maxBatchDelay)
        implements Serializable {

    public static final int DEFAULT_SEQUENCE_LENGTH = 2048;
    public static final BatchingOptions DEFAULT =
            new BatchingOptions(8, ModelOptions.CHECKPOINT_DEFAULT, 4096, Duration.ofMillis(2));

    public BatchingOptions {
        requireAtLeast("max-batch-size", maxBatchSize, 1);
        requireAtLeast("max-sequence-length", maxSequenceLength, 0);
        requireAtLeast("max-batch-tokens", maxBatchTokens, 1);
        if (maxBatchDelay.isNegative()) {
            throw new IllegalArgumentException(
                    "max-batch-delay is " + maxBatchDelay + ", it must not be negative");
        }
    }

    public BatchingOptions withMaxBatchSize(int value) {
        return new BatchingOptions(value, maxSequenceLength, maxBatchTokens, maxBatchDelay);
    }

    public BatchingOptions withMaxSequenceLength(int value) {
        return new BatchingOptions(maxBatchSize, value, maxBatchTokens, maxBatchDelay);
    }

    public BatchingOptions withMaxBatchTokens(int value) {
        return new BatchingOptions(maxBatchSize, maxSequenceLength, value, maxBatchDelay);
    }

    public BatchingOptions withMaxBatchDelay(Duration value) {
        return new BatchingOptions(maxBatchSize, maxSequenceLength, maxBatchTokens, value);
    }

    private static void requireAtLeast(String name, int value, int least) {
        if (value < least) {
            throw new IllegalArgumentException(
                    name + " is " + value + ", it must be at least " + least);
        }
    }
}
