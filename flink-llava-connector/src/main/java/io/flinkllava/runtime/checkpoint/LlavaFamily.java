package io.flinkllava.runtime.checkpoint;

/**
 * A family of checkpoints: what its configuration class takes where {@code config.json} is silent,
 * and how its pictures become tokens. A new family is a new implementation, known to {@link
 * LlavaConfigReader}.
 */
interface LlavaFamily {

    LlavaConfig read(JsonObject config);
}
