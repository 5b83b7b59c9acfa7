package io.flinkllava.runtime.text;

/**
 * Tokenizes a prompt at once, placeholders as the special tokens they are, as {@code
 * ProcessorMixin} of transformers does.
 *
 * @param beginOfSequence what the tokenizer is not to add where a template has written it already;
 *     empty for nothing
 */
record WholePrompt(LlavaTokenizer tokenizer, String beginOfSequence) implements PromptTokenizer {

    @Override
    public int[] encode(String prompt) {
        boolean alreadyBegun = !beginOfSequence.isEmpty() && prompt.startsWith(beginOfSequence);
        return tokenizer.encode(prompt, !alreadyBegun);
    }
}
