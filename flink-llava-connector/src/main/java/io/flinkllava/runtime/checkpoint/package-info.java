/**
 * Reads a Hugging Face checkpoint folder into values: configuration with the family's defaults,
 * weights mapped and not copied, generation defaults, processor settings, chat template. Knows no
 * tokenizer, no graph and no device. Start at {@link
 * io.flinkllava.runtime.checkpoint.CheckpointReader}.
 */
package io.flinkllava.runtime.checkpoint;
