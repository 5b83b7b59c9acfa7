package io.flinkllava.runtime;

/**
 * A checkpoint folder that was found good; its parts mean what they mean in {@link ModelInfo}.
 *
 * @param name the folder's name
 * @param fingerprint tells this checkpoint from others
 * @param modelType {@code model_type} of the configuration
 */
public record CheckpointInfo(String name, String fingerprint, String modelType) {}
