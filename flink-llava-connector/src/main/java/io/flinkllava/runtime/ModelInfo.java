package io.flinkllava.runtime;

/**
 * What was loaded.
 *
 * @param name the folder's name
 * @param fingerprint 16 hexadecimal digits that tell this checkpoint from others: of its
 *     configuration, tokenizer and weights
 * @param modelType {@code model_type} of the configuration
 * @param device where it runs, never {@link Device.Kind#AUTO}
 * @param maxBatchSize rows of the KV cache
 * @param maxSequenceLength positions a sequence may take, prompt and answer together
 */
public record ModelInfo(
        String name,
        String fingerprint,
        String modelType,
        Device device,
        int maxBatchSize,
        int maxSequenceLength) {}
