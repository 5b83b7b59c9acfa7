package io.flinkllava.runtime.checkpoint;

import java.util.OptionalDouble;

/**
 * What leads from the vision tower to the language model: linear layers with activations between
 * them.
 *
 * @param layers linear layers: 1 in LLaVA v1, 2 ever since in Hugging Face's classes
 * @param hiddenAct activation between two layers, as Hugging Face names it
 * @param bias whether the layers have a bias
 * @param inputNormEps epsilon of a layer norm in front, which ViP-LLaVA has
 */
public record ProjectorConfig(
        int layers, String hiddenAct, boolean bias, OptionalDouble inputNormEps) {

    /** The two layers of {@code LlavaMultiModalProjector}. */
    static ProjectorConfig twoLayers(JsonObject config) {
        return new ProjectorConfig(
                2,
                config.text("projector_hidden_act").orElse("gelu"),
                config.flag("multimodal_projector_bias", true),
                OptionalDouble.empty());
    }
}
