package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.engine.StopCondition;
import io.flinkllava.runtime.text.LlavaTokenizer;

import java.util.List;

/**
 * Ends an answer where one of some texts occurs such that the newest token is part of it, as {@code
 * StopStringCriteria} of Hugging Face transformers: the text may begin or end inside a token.
 */
final class StopStrings implements StopCondition {

    /** Tokens without text of their own, such as bytes of a character that is not complete yet. */
    private static final int SILENT_TOKENS = 8;

    private final LlavaTokenizer tokenizer;
    private final List<String> texts;
    private final int longest;

    private StopStrings(LlavaTokenizer tokenizer, List<String> texts) {
        this.tokenizer = tokenizer;
        this.texts = texts;
        this.longest = texts.stream().mapToInt(String::length).max().orElseThrow();
    }

    static StopCondition of(LlavaTokenizer tokenizer, List<String> texts) {
        return texts.isEmpty() ? NEVER : new StopStrings(tokenizer, texts);
    }

    @Override
    public boolean isMet(List<Integer> tokenIds) {
        int end = tokenIds.size();
        int start = Math.max(0, end - longest - SILENT_TOKENS);
        String text = tokenizer.decode(tokenIds.subList(start, end));
        int before = tokenizer.decode(tokenIds.subList(start, end - 1)).length();
        return texts.stream()
                .anyMatch(stop -> text.indexOf(stop, Math.max(0, before - stop.length() + 1)) >= 0);
    }
}
