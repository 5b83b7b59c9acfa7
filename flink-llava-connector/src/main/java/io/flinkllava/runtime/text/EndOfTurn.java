package io.flinkllava.runtime.text;

import java.util.List;
import java.util.Set;

/**
 * What ends an answer by a conversation style, beside the ids that the checkpoint names.
 *
 * @param tokenIds special tokens
 * @param stopStrings texts where the tokenizer has no token for it, such as {@code ###}
 */
public record EndOfTurn(Set<Integer> tokenIds, List<String> stopStrings) {

    /** Where the folder has a chat template: its files name all. */
    static final EndOfTurn AS_CHECKPOINT = new EndOfTurn(Set.of(), List.of());

    public EndOfTurn {
        tokenIds = Set.copyOf(tokenIds);
        stopStrings = List.copyOf(stopStrings);
    }

    static EndOfTurn of(String text, LlavaTokenizer tokenizer) {
        int[] ids = tokenizer.encode(text, false);
        // Only a special token vanishes, and only that is never part of an answer.
        boolean special = ids.length == 1 && tokenizer.decode(List.of(ids[0])).isEmpty();
        return special
                ? new EndOfTurn(Set.of(ids[0]), List.of())
                : new EndOfTurn(Set.of(), List.of(text));
    }

    /** An answer without the text that ended it. */
    public String cut(String answer) {
        return stopStrings.stream().mapToInt(answer::indexOf).filter(end -> end >= 0).min().stream()
                .mapToObj(end -> answer.substring(0, end))
                .findAny()
                .orElse(answer);
    }

    /** What of the start of an answer stays, whatever comes behind it. */
    public String sure(String start) {
        String cut = cut(start);
        int end = cut.length();
        for (String stop : stopStrings) {
            for (int length = Math.min(stop.length() - 1, cut.length()); length > 0; length--) {
                if (cut.endsWith(stop.substring(0, length))) {
                    end = Math.min(end, cut.length() - length);
                    break;
                }
            }
        }
        return cut.substring(0, end);
    }
}
