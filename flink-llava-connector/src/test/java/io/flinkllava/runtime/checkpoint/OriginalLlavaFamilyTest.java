package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageLayout.OneTile;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.PromptStyle.InPieces;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class OriginalLlavaFamilyTest {

    private static final String MINIMAL =
            "{\"model_type\": \"llava_llama\", \"mm_vision_tower\": \"tower\"}";

    private static final VisionConfig CLIP = KnownTower.CLIP_LARGE_336.config();
    private static final VisionConfig SIGLIP = KnownTower.SIGLIP_SO400M_384.config();

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void readsThePublishedSevenBillionModel() {
        LlavaConfig config = config(CLIP, OriginalConfigs.LLAVA_15_7B);

        assertThat(config.modelType()).isEqualTo("llava");
        assertThat(config.vision()).isEqualTo(VisionConfigReader.CLIP_LARGE_336);
        assertThat(config.text().modelType()).isEqualTo("llama");
        assertThat(config.text().hiddenSize()).isEqualTo(4096);
        assertThat(config.text().vocabSize()).isEqualTo(32_000);
        assertThat(config.text().maxPositionEmbeddings()).isEqualTo(4096);
        assertThat(config.projector())
                .isEqualTo(new ProjectorConfig(2, "gelu", true, OptionalDouble.empty()));
        assertThat(config.visionFeatureLayers()).containsExactly(-2);
        assertThat(config.select()).isEqualTo(FeatureSelect.DEFAULT);
        assertThat(config.featuresPerTile()).isEqualTo(576);
        assertThat(config.imageTokenId()).isEqualTo(-200);
        assertThat(config.images()).isEqualTo(new OneTile());
        assertThat(config.video()).isEmpty();
        assertThat(OriginalLlavaFamily.padsToSquare(json())).isTrue();
        assertThat(OriginalLlavaFamily.tokenization(json())).isEqualTo(new InPieces("", ""));
    }

    @Test
    void readsThePublishedMistralModel() {
        LlavaConfig config =
                config(
                        CLIP,
                        OriginalConfigs.LLAVA_15_7B,
                        OriginalConfigs.TILES,
                        OriginalConfigs.MISTRAL);

        assertThat(config.modelType()).isEqualTo("llava_mistral");
        assertThat(config.text().modelType()).isEqualTo("mistral");
        assertThat(config.text().kvHeads()).isEqualTo(8);
        assertThat(config.images())
                .isEqualTo(
                        new Anyres(
                                List.of(
                                        new Size(672, 336),
                                        new Size(336, 672),
                                        new Size(672, 672),
                                        new Size(336, 1008),
                                        new Size(1008, 336)),
                                OptionalInt.empty()));
        assertThat(OriginalLlavaFamily.padsToSquare(json())).isFalse();
    }

    @Test
    void readsThePublishedThirtyFourBillionModel() {
        LlavaConfig config =
                config(
                        CLIP,
                        OriginalConfigs.LLAVA_15_7B,
                        OriginalConfigs.TILES,
                        OriginalConfigs.YI_34B);

        assertThat(config.text().modelType()).isEqualTo("llama");
        assertThat(config.text().headDim()).isEqualTo(128);
        assertThat(config.text().layers()).isEqualTo(60);
        assertThat(config.images()).isInstanceOf(Anyres.class);
    }

    @Test
    void readsThePublishedOneVisionModelWhoseTypeDoesNotNameItsLanguageModel() {
        LlavaConfig config =
                config(SIGLIP, OriginalConfigs.LLAVA_15_7B, OriginalConfigs.ONEVISION_7B);

        assertThat(config.text().modelType()).isEqualTo("qwen2");
        assertThat(config.select()).isEqualTo(FeatureSelect.FULL);
        assertThat(config.featuresPerTile()).isEqualTo(729);
        Anyres anyres = (Anyres) config.images();
        assertThat(anyres.maxTiles()).hasValue(9);
        assertThat(anyres.pinpoints())
                .hasSize(36)
                .startsWith(new Size(384, 384), new Size(768, 384), new Size(1152, 384))
                .endsWith(new Size(2304, 2304));
    }

    @Test
    void readsTheFirstModelsWhoseKeysWereFew() {
        LlavaConfig config = config(CLIP, MINIMAL);

        assertThat(config.projector().layers()).isEqualTo(1);
        assertThat(config.visionFeatureLayers()).containsExactly(-2);
        assertThat(config.select()).isEqualTo(FeatureSelect.DEFAULT);
        assertThat(config.images()).isEqualTo(new OneTile());
        assertThat(OriginalLlavaFamily.padsToSquare(json())).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"linear, 1", "mlp1x_gelu, 1", "mlp2x_gelu, 2", "mlp3x_gelu, 3", "mlp12x_gelu, 12"})
    void countsTheLayersOfTheProjector(String type, int layers) {
        LlavaConfig config = config(CLIP, MINIMAL, "{\"mm_projector_type\": \"" + type + "\"}");

        assertThat(config.projector().layers()).isEqualTo(layers);
    }

    @Test
    void keepsTheClassTokenWhereAsked() {
        LlavaConfig config = config(CLIP, MINIMAL, "{\"mm_vision_select_feature\": \"cls_patch\"}");

        assertThat(config.select()).isEqualTo(FeatureSelect.FULL);
        assertThat(config.featuresPerTile()).isEqualTo(577);
    }

    @Test
    void marksPicturesWhereAsked() {
        config(CLIP, MINIMAL, "{\"mm_use_im_start_end\": true}");

        assertThat(OriginalLlavaFamily.tokenization(json()))
                .isEqualTo(new InPieces("<im_start>", "<im_end>"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            [[336, 672], [1008, 336]]
            "[[336, 672], [1008, 336]]"
            "[(336, 672), (1008, 336)]"
            " ( ( 336,672 ) , ( 1008,336 ) , ) "
            """)
    void readsPinpointsAsAListAndAsPythonPrintsOne(String pinpoints) {
        LlavaConfig config =
                config(
                        CLIP,
                        MINIMAL,
                        OriginalConfigs.TILES,
                        "{\"image_grid_pinpoints\": " + pinpoints + "}");

        assertThat(((Anyres) config.images()).pinpoints())
                .containsExactly(new Size(672, 336), new Size(336, 1008));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "model_type": "llava_mpt"                 | one of llava, llava_llama, llava_mistral, llava_qwen beside mm_vision_tower
            "model_type": null                        | model_type is absent
            "mm_projector_type": "identity"           | mm_projector_type is "identity", it must be linear or mlpNx_gelu
            "mm_projector_type": "mlp2x_res2x_gelu"   | linear or mlpNx_gelu
            "mm_projector_type": "mlp0x_gelu"         | linear or mlpNx_gelu
            "mm_vision_select_layer": 25              | mm_vision_select_layer is 25, it must be within -25..24
            "mm_vision_select_feature": "cls"         | mm_vision_select_feature is "cls", it must be patch or cls_patch
            "image_aspect_ratio": "highres"           | image_aspect_ratio is "highres", it must be square, pad, anyres
            "image_aspect_ratio": "anyres_max_0"      | square, pad, anyres or anyres_max_N
            "mm_patch_merge_type": "flat"             | mm_patch_merge_type is "flat", it must be spatial_unpad
            "mm_patch_merge_type": "spatial"          | mm_patch_merge_type is "spatial", it must be spatial_unpad
            "mm_patch_merge_type": null               | mm_patch_merge_type is absent
            "mm_vision_select_feature": "cls_patch"   | must be patch where image_aspect_ratio is anyres
            "image_grid_pinpoints": null              | image_grid_pinpoints is absent, it must be a list of [width, height]
            "image_grid_pinpoints": []                | in multiples of the vision tower's image_size, 336
            "image_grid_pinpoints": [[336]]           | a list of [width, height]
            "image_grid_pinpoints": [[336, 0]]        | a list of [width, height]
            "image_grid_pinpoints": [[336, 335]]      | a list of [width, height]
            "image_grid_pinpoints": [["336", 336]]    | a list of [width, height]
            "image_grid_pinpoints": "[336, 672]"      | a list of [width, height]
            "image_grid_pinpoints": "(1x1)"           | a list of [width, height]
            "mm_use_im_start_end": 1                  | mm_use_im_start_end is 1, it must be true or false
            "s2": true                                | s2 is true, it must be false
            "mm_resampler_type": "perceiver"          | mm_resampler_type is "perceiver", it must be absent
            "hidden_size": 4095                       | a multiple of num_attention_heads
            """)
    void refuses(String field, String message) {
        assertModelError(
                () -> {
                    config(CLIP, MINIMAL, OriginalConfigs.TILES, "{" + field + "}");
                    OriginalLlavaFamily.tokenization(json());
                },
                checkpoint.file("config.json").toString(),
                message);
    }

    private LlavaConfig config(VisionConfig tower, String json, String... changes) {
        checkpoint.write("config.json", json);
        for (String fields : changes) {
            checkpoint.edit("config.json", fields);
        }
        return new OriginalLlavaFamily(tower).read(json());
    }

    private JsonObject json() {
        return JsonObject.read(checkpoint.file("config.json"));
    }
}
