package io.flinkllava.runtime.checkpoint;

import java.util.List;

/**
 * {@code config.json}, with the family's defaults where a key is absent.
 *
 * @param modelType {@code llava}
 * @param imageTokenId the id that stands for image features in a prompt
 * @param projectorHiddenAct activation between the projector's two layers
 * @param projectorBias whether the projector's layers have a bias
 * @param visionFeatureLayers whose hidden states feed the projector, concatenated on the channel
 *     axis; 0 is the embedding, negative counts from the last layer's output
 * @param select which positions of those hidden states
 */
public record LlavaConfig(
        String modelType,
        VisionConfig vision,
        TextConfig text,
        int imageTokenId,
        String projectorHiddenAct,
        boolean projectorBias,
        List<Integer> visionFeatureLayers,
        FeatureSelect select) {

    /** {@code vision_feature_select_strategy}. */
    public enum FeatureSelect {
        /** Without the class token. */
        DEFAULT,
        /** Every position. */
        FULL
    }

    public LlavaConfig {
        visionFeatureLayers = List.copyOf(visionFeatureLayers);
    }
}
