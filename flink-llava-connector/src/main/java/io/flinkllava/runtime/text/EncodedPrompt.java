package io.flinkllava.runtime.text;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;

/**
 * A tokenized dialogue in which each picture and each video is one placeholder still.
 *
 * <p>Immutable by agreement: nobody writes to the ids.
 *
 * @param ids {@code [length]}
 * @param imageTokenId the placeholder of a picture
 * @param videoTokenId the placeholder of a video, where the model sees any
 */
public record EncodedPrompt(int[] ids, int imageTokenId, OptionalInt videoTokenId) {

    /** What a placeholder stands for. */
    public enum Visual {
        IMAGE,
        VIDEO
    }

    /** What the placeholders stand for, in their order. */
    public List<Visual> visuals() {
        List<Visual> visuals = new ArrayList<>();
        for (int id : ids) {
            if (id == imageTokenId) {
                visuals.add(Visual.IMAGE);
            } else if (isVideo(id)) {
                visuals.add(Visual.VIDEO);
            }
        }
        return visuals;
    }

    /**
     * Repeats every placeholder.
     *
     * @param tokens how often, in the order of {@link #visuals}
     */
    public int[] expand(List<Integer> tokens) {
        int features = tokens.stream().mapToInt(Integer::intValue).sum();
        int[] expanded = new int[ids.length - tokens.size() + features];
        int visual = 0;
        int end = 0;
        for (int id : ids) {
            int times = isVisual(id) ? tokens.get(visual++) : 1;
            Arrays.fill(expanded, end, end + times, id);
            end += times;
        }
        return expanded;
    }

    /** Whether an id is a placeholder. */
    public boolean isVisual(int id) {
        return id == imageTokenId || isVideo(id);
    }

    private boolean isVideo(int id) {
        return videoTokenId.isPresent() && id == videoTokenId.getAsInt();
    }
}
