package io.flinkllava.runtime.checkpoint;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A Hugging Face checkpoint folder, read and checked.
 *
 * @param videoProcessor for frames; the same as for pictures where the folder has no other
 * @param chatTemplate the Jinja source, where the folder ships one
 * @param promptStyle what prompts are like beside that
 * @param specialTokens text of special tokens by their Hugging Face names ({@code bos_token},
 *     {@code eos_token}, {@code image_token}, ...), for the chat template
 * @param tokenizerFile {@code tokenizer.json}
 * @param source the model itself
 * @param files all that was read for this, and all that is still to be read
 */
public record Checkpoint(
        Path folder,
        LlavaConfig config,
        GenerationDefaults generation,
        ImageProcessorConfig imageProcessor,
        ImageProcessorConfig videoProcessor,
        Optional<String> chatTemplate,
        PromptStyle promptStyle,
        Map<String, String> specialTokens,
        Path tokenizerFile,
        ModelSource source,
        List<Path> files) {

    public Checkpoint {
        files = List.copyOf(files);
    }

    /** The tensors of a checkpoint that has them, which an export has not. */
    public Weights weights() {
        return (Weights) source;
    }

    /** The same with another source of the model. */
    public Checkpoint withSource(ModelSource value) {
        return new Checkpoint(
                folder,
                config,
                generation,
                imageProcessor,
                videoProcessor,
                chatTemplate,
                promptStyle,
                specialTokens,
                tokenizerFile,
                value,
                files);
    }
}
