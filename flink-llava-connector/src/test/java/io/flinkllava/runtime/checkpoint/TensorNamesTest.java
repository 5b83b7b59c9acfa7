package io.flinkllava.runtime.checkpoint;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class TensorNamesTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            language_model.model.layers.0.x       | language_model.model.layers.0.x
            language_model.lm_head.weight         | language_model.lm_head.weight
            model.language_model.layers.0.x       | language_model.model.layers.0.x
            model.language_model.embed_tokens.weight | language_model.model.embed_tokens.weight
            lm_head.weight                        | language_model.lm_head.weight
            vision_tower.vision_model.encoder.x   | vision_tower.vision_model.encoder.x
            vision_tower.encoder.x                | vision_tower.vision_model.encoder.x
            model.vision_tower.vision_model.x     | vision_tower.vision_model.x
            model.vision_tower.encoder.x          | vision_tower.vision_model.encoder.x
            multi_modal_projector.linear_1.bias   | multi_modal_projector.linear_1.bias
            model.multi_modal_projector.linear_1.bias | multi_modal_projector.linear_1.bias
            image_newline                         | image_newline
            model.image_newline                   | image_newline
            model.layers.0.x                      | model.layers.0.x
            """)
    void mapsEverySchemeToOne(String inFile, String canonical) {
        assertThat(TensorNames.canonical(inFile)).isEqualTo(canonical);
        assertThat(TensorNames.canonical(canonical)).isEqualTo(canonical);
    }
}
