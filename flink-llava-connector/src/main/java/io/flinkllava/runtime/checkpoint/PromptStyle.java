package io.flinkllava.runtime.checkpoint;

/**
 * What a checkpoint's prompts are like, beside its chat template.
 *
 * @param conversation the conversation style, by its name in {@code llava/conversation.py} of the
 *     original code, of a checkpoint without a chat template
 */
public record PromptStyle(String conversation, Tokenization tokenization) {

    /** How a rendered prompt becomes ids. */
    public sealed interface Tokenization permits Whole, InPieces {}

    /** At once: the tokenizer knows the placeholders of pictures, as Hugging Face's do. */
    public record Whole() implements Tokenization {}

    /**
     * Cut at the placeholders of pictures, each piece by itself ({@code tokenizer_image_token} of
     * the original code).
     *
     * @param before token in front of every picture; mostly empty
     * @param after token behind it
     */
    public record InPieces(String before, String after) implements Tokenization {}
}
