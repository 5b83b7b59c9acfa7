package io.flinkllava.runtime.text;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;

import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Cuts a prompt at the placeholders of pictures and tokenizes each piece by itself, as {@code
 * tokenizer_image_token} of the original LLaVA code ({@code llava/mm_utils.py}). A tokenizer may
 * begin every piece as it begins a text, with a space say, and that is how these models were
 * trained; only the beginning-of-sequence token is kept once.
 */
final class PromptPieces implements PromptTokenizer {

    private final LlavaTokenizer tokenizer;
    private final Pattern placeholder;
    private final int placeholderId;
    private final InPieces style;

    /** What the tokenizer writes in front of any text; empty if it adds nothing. */
    private final int[] begin;

    /**
     * Checks that the tokenizer knows the tokens around pictures.
     *
     * @param placeholder what stands for a picture in the prompt
     * @param placeholderId what stands for it among the ids
     */
    PromptPieces(
            Checkpoint checkpoint,
            LlavaTokenizer tokenizer,
            InPieces style,
            String placeholder,
            int placeholderId) {
        this.tokenizer = tokenizer;
        this.placeholder = Pattern.compile(placeholder, Pattern.LITERAL);
        this.placeholderId = placeholderId;
        this.style = style;
        this.begin = Arrays.stream(tokenizer.encode("", true)).limit(1).toArray();
        requireKnown(checkpoint, style.before());
        requireKnown(checkpoint, style.after());
    }

    private void requireKnown(Checkpoint checkpoint, String token) {
        if (!token.isEmpty() && tokenizer.encode(token, false).length != 1) {
            throw LlavaException.model(
                    checkpoint.tokenizerFile()
                            + " has no token "
                            + token
                            + ", which stands around pictures by mm_use_im_start_end of"
                            + " config.json: take the tokenizer that was saved with this model");
        }
    }

    @Override
    public int[] encode(String prompt) {
        String[] pieces = placeholder.split(prompt, -1);
        IntStream.Builder ids = IntStream.builder();
        int begun = 0;
        for (int i = 0; i < pieces.length; i++) {
            if (i > 0) {
                ids.add(placeholderId);
            }
            int[] piece = tokenizer.encode(whole(pieces, i), true);
            Arrays.stream(piece, begun, piece.length).forEach(ids::add);
            if (i == 0 && begin.length > 0 && piece[0] == begin[0]) {
                begun = 1;
            }
        }
        return ids.build().toArray();
    }

    private String whole(String[] pieces, int i) {
        return (i > 0 ? style.after() : "")
                + pieces[i]
                + (i < pieces.length - 1 ? style.before() : "");
    }
}
