package io.flinkllava.runtime.checkpoint;

import java.util.List;
import java.util.Optional;

/**
 * {@code config.json}, with the family's defaults where a key is absent.
 *
 * @param modelType {@code llava}, {@code llava_next}, ...
 * @param visionFeatureLayers whose hidden states feed the projector, concatenated on the channel
 *     axis; 0 is the embedding, negative counts from the last layer's output
 * @param select which positions of those hidden states
 * @param imageTokenId the id that stands for image features in a prompt; negative where the
 *     tokenizer has none
 * @param video how videos are seen, where the family knows any
 */
public record LlavaConfig(
        String modelType,
        VisionConfig vision,
        TextConfig text,
        ProjectorConfig projector,
        List<Integer> visionFeatureLayers,
        FeatureSelect select,
        int imageTokenId,
        ImageLayout images,
        Optional<VideoLayout> video) {

    /** {@code vision_feature_select_strategy}. */
    public enum FeatureSelect {
        /** Without the first position, a CLIP tower's class token. */
        DEFAULT,
        /** Every position. */
        FULL
    }

    public LlavaConfig {
        visionFeatureLayers = List.copyOf(visionFeatureLayers);
    }

    /** Feature vectors of one tile. */
    public int featuresPerTile() {
        return vision.positions() - (select == FeatureSelect.DEFAULT ? 1 : 0);
    }
}
