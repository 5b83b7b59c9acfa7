package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.image.VisualInput;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/** What a sequence starts from. Immutable by agreement: nobody writes to the ids or the pixels. */
public final class Prompt {

    private final int[] tokenIds;
    private final List<VisualInput> visuals;
    private final int[] starts;
    private final PrefixKey key;

    private Prompt(int[] tokenIds, List<VisualInput> visuals, int[] starts) {
        this.tokenIds = tokenIds;
        this.visuals = visuals;
        this.starts = starts;
        this.key =
                new PrefixKey(
                        tokenIds, visuals.stream().map(VisualInput::key).toList(), starts.clone());
    }

    /** Words alone. Takes over the ids. */
    public Prompt(int[] tokenIds) {
        this(tokenIds, List.of(), new int[0]);
    }

    /**
     * Words and pictures. Takes over the ids.
     *
     * @param tokenIds {@code [length]}, with an image token for each feature of each picture
     * @param visuals pictures and videos, in the order of their tokens
     * @param isVisual tells image tokens from words
     * @throws LlavaException MODEL if there are more or fewer image tokens than features
     */
    public static Prompt of(int[] tokenIds, List<VisualInput> visuals, IntPredicate isVisual) {
        int[] positions =
                IntStream.range(0, tokenIds.length)
                        .filter(i -> isVisual.test(tokenIds[i]))
                        .toArray();
        int features = visuals.stream().mapToInt(VisualInput::tokens).sum();
        if (positions.length != features) {
            throw LlavaException.model(
                    "The prompt has "
                            + positions.length
                            + " image tokens for "
                            + features
                            + " image features: check the folder's processor files");
        }
        int[] starts = new int[visuals.size()];
        int seen = 0;
        for (int i = 0; i < starts.length; i++) {
            starts[i] = positions[seen];
            seen += visuals.get(i).tokens();
        }
        return new Prompt(tokenIds, List.copyOf(visuals), starts);
    }

    /** Token ids, {@code [length]}; not to be written to. */
    public int[] tokenIds() {
        return tokenIds;
    }

    public List<VisualInput> visuals() {
        return visuals;
    }

    /** The position of the first token of a picture or video, which has its tokens in one piece. */
    public int start(int visual) {
        return starts[visual];
    }

    public int length() {
        return tokenIds.length;
    }

    /** What tells this prompt from others, without its pixels. */
    PrefixKey key() {
        return key;
    }
}
