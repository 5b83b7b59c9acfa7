package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class OriginalTensorNamesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            model.layers.0.x               | language_model.model.layers.0.x
            model.embed_tokens.weight      | language_model.model.embed_tokens.weight
            model.norm.weight              | language_model.model.norm.weight
            lm_head.weight                 | language_model.lm_head.weight
            model.mm_projector.weight      | multi_modal_projector.linear_1.weight
            model.mm_projector.bias        | multi_modal_projector.linear_1.bias
            model.mm_projector.0.weight    | multi_modal_projector.linear_1.weight
            model.mm_projector.2.bias      | multi_modal_projector.linear_2.bias
            model.mm_projector.4.weight    | multi_modal_projector.linear_3.weight
            model.image_newline            | image_newline
            model.vision_tower.vision_tower.vision_model.encoder.x | vision_tower.vision_model.encoder.x
            model.vision_tower.vision_tower.encoder.x | vision_tower.vision_model.encoder.x
            """)
    void mapsTheLayoutAtTheRoot(String inFile, String canonical) {
        assertThat(OriginalTensorNames.canonical(inFile)).isEqualTo(canonical);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            vision_model.encoder.layers.0.x  | vision_tower.vision_model.encoder.layers.0.x
            vision_model.pre_layrnorm.bias   | vision_tower.vision_model.pre_layrnorm.bias
            embeddings.class_embedding       | vision_tower.vision_model.embeddings.class_embedding
            pre_layrnorm.bias                | vision_tower.vision_model.pre_layrnorm.bias
            encoder.layers.0.x               | vision_tower.vision_model.encoder.layers.0.x
            post_layernorm.bias              | vision_tower.vision_model.post_layernorm.bias
            head.probe                       | vision_tower.vision_model.head.probe
            text_model.encoder.layers.0.x    | text_model.encoder.layers.0.x
            text_model.embeddings.x          | text_model.embeddings.x
            logit_scale                      | logit_scale
            """)
    void mapsATowersOwnFile(String inFile, String canonical) {
        assertThat(TowerTensorNames.canonical(inFile)).isEqualTo(canonical);
    }
}
