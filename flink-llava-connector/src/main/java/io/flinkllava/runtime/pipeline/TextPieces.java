package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.text.EndOfTurn;
import io.flinkllava.runtime.text.LlavaTokenizer;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * The text of an answer while tokens still come: tells of it what no later token can change. A
 * tokenizer may write a character in several tokens, and may take a whole one back when the bytes
 * behind it are no character; and a text that ends the answer may be begun.
 *
 * <p>A token costs the same wherever it stands: what is settled is not decoded again. Tokens are
 * decoded behind those settled last, since some start a text in another way than they go on in it.
 *
 * <p>Used by one thread at a time.
 */
final class TextPieces {

    private final Function<List<Integer>, String> decoder;
    private final EndOfTurn endOfTurn;
    private final OptionalInt characterPart;

    /** The tokens settled last, and those that are not. */
    private final List<Integer> window = new ArrayList<>();

    /** How many of the window are settled, and their text. */
    private int context;

    private String contextText = "";

    /** All text so far that is sure by its tokens; of that, what was settled, and what was told. */
    private final StringBuilder text = new StringBuilder();

    private int settled;
    private int told;
    private int tokens;

    /**
     * Begins an answer.
     *
     * @param decoder of a tokenizer
     * @param characterPart see {@link LlavaTokenizer#characterPart}
     */
    TextPieces(
            Function<List<Integer>, String> decoder,
            EndOfTurn endOfTurn,
            OptionalInt characterPart) {
        this.decoder = decoder;
        this.endOfTurn = endOfTurn;
        this.characterPart = characterPart;
    }

    /** Adds a token and tells the text that is sure now and was not before; may be empty. */
    String add(int tokenId) {
        window.add(tokenId);
        tokens++;
        String decoded = decoder.apply(window);
        String sure = whole(withoutOpenEnd(decoded));
        if (sure.length() > contextText.length()) {
            text.setLength(settled);
            text.append(sure, contextText.length(), sure.length());
            if (sure.length() == decoded.length()) {
                settle(decoded);
            }
        }
        return tell();
    }

    /** Tells what is left of the whole text. */
    String rest(String whole) {
        if (whole.length() <= told || !whole.startsWith(text.substring(0, told))) {
            return "";
        }
        return whole.substring(told);
    }

    int tokens() {
        return tokens;
    }

    private void settle(String decoded) {
        settled = text.length();
        List<Integer> added = window.subList(context, window.size());
        String own = decoder.apply(added);
        if (own.isEmpty()) {
            // Behind nothing, the next token would be decoded as the first of a text.
            contextText = decoded;
        } else {
            window.subList(0, context).clear();
            contextText = own;
        }
        context = window.size();
    }

    /** Nothing that was told begins what ends an answer: it cannot reach back there. */
    private String tell() {
        if (text.length() <= told) {
            return "";
        }
        String piece = endOfTurn.sure(text.substring(told));
        told += piece.length();
        return piece;
    }

    /** What stays as it is if the next token is the start of a character. */
    private String withoutOpenEnd(String decoded) {
        if (characterPart.isEmpty()) {
            return decoded;
        }
        List<Integer> longer = new ArrayList<>(window);
        longer.add(characterPart.getAsInt());
        String after = decoder.apply(longer);
        int same = 0;
        while (same < Math.min(decoded.length(), after.length())
                && decoded.charAt(same) == after.charAt(same)) {
            same++;
        }
        return decoded.substring(0, same);
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
