package io.flinkllava.runtime;

import java.io.Serializable;
import java.util.List;

/**
 * What an answer must not repeat or say, with the meanings of Hugging Face {@code generate}.
 *
 * @param repetitionPenalty tokens of the prompt and of the answer so far get their scores divided
 *     by this (multiplied where negative); above 0, 1 for no penalty
 * @param noRepeatNgram no sequence of so many tokens occurs twice in prompt and answer; 0 for no
 *     such rule
 * @param badWords texts that the answer never contains, as the tokenizer splits them
 * @param stopStrings texts that end the answer where they occur; they stay part of it
 */
public record TokenRules(
        double repetitionPenalty,
        int noRepeatNgram,
        List<String> badWords,
        List<String> stopStrings)
        implements Serializable {

    public static final TokenRules NONE = new TokenRules(1, 0, List.of(), List.of());

    public TokenRules {
        if (!(repetitionPenalty > 0)) {
            throw new IllegalArgumentException(
                    "repetition-penalty is " + repetitionPenalty + ", it must be above 0");
        }
        if (noRepeatNgram < 0) {
            throw new IllegalArgumentException(
                    "no-repeat-ngram is " + noRepeatNgram + ", it must be 0 or more");
        }
        badWords = nonEmpty("bad-words", badWords);
        stopStrings = nonEmpty("stop-strings", stopStrings);
    }

    private static List<String> nonEmpty(String name, List<String> texts) {
        if (texts.stream().anyMatch(String::isEmpty)) {
            throw new IllegalArgumentException(name + " contains an empty text");
        }
        return List.copyOf(texts);
    }

    public TokenRules withRepetitionPenalty(double value) {
        return new TokenRules(value, noRepeatNgram, badWords, stopStrings);
    }

    public TokenRules withNoRepeatNgram(int value) {
        return new TokenRules(repetitionPenalty, value, badWords, stopStrings);
    }

    public TokenRules withBadWords(List<String> value) {
        return new TokenRules(repetitionPenalty, noRepeatNgram, value, stopStrings);
    }

    public TokenRules withStopStrings(List<String> value) {
        return new TokenRules(repetitionPenalty, noRepeatNgram, badWords, value);
    }
}
