package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.text.EndOfTurn;
import io.flinkllava.runtime.text.LlavaTokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The text of an answer while tokens still come: tells of it what no later token can change. A
 * tokenizer may write a character in several tokens, and may take a whole one back when the bytes
 * behind it are no character; and a text that ends the answer may be begun.
 *
 * <p>Used by one thread at a time.
 */
final class TextPieces {

    private final LlavaTokenizer tokenizer;
    private final EndOfTurn endOfTurn;
    private final OptionalInt characterPart;
    private final List<Integer> tokenIds = new ArrayList<>();
    private String told = "";

    /**
     * Begins an answer.
     *
     * @param characterPart see {@link LlavaTokenizer#characterPart}
     */
    TextPieces(LlavaTokenizer tokenizer, EndOfTurn endOfTurn, OptionalInt characterPart) {
        this.tokenizer = tokenizer;
        this.endOfTurn = endOfTurn;
        this.characterPart = characterPart;
    }

    /** Adds a token and tells the text that is sure now and was not before; may be empty. */
    String add(int tokenId) {
        tokenIds.add(tokenId);
        return tell(endOfTurn.sure(whole(withoutOpenEnd())));
    }

    /** Tells what is left of the whole text. */
    String rest(String text) {
        return tell(text);
    }

    int tokens() {
        return tokenIds.size();
    }

    private String tell(String sure) {
        if (sure.length() <= told.length() || !sure.startsWith(told)) {
            return "";
        }
        String piece = sure.substring(told.length());
        told = sure;
        return piece;
    }

    /** What stays as it is if the next token is the start of a character. */
    private String withoutOpenEnd() {
        String text = tokenizer.decode(tokenIds);
        if (characterPart.isEmpty()) {
            return text;
        }
        List<Integer> longer = new ArrayList<>(tokenIds);
        longer.add(characterPart.getAsInt());
        String after = tokenizer.decode(longer);
        int same = 0;
        while (same < Math.min(text.length(), after.length())
                && text.charAt(same) == after.charAt(same)) {
            same++;
        }
        return text.substring(0, same);
    }

    private static String whole(String text) {
        int end = text.length();
        while (text.startsWith(LlavaTokenizer.REPLACEMENT, end - 1)
                || (end > 0 && Character.isHighSurrogate(text.charAt(end - 1)))) {
            end--;
        }
        return text.substring(0, end);
    }
}
