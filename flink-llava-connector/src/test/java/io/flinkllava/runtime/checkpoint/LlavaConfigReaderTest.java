package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.TextConfig.Biases;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class LlavaConfigReaderTest {

    /** As published: most of LLaMA-2 is not written down. */
    private static final String LLAVA_15_7B =
            """
            {
              "architectures": ["LlavaForConditionalGeneration"],
              "ignore_index": -100,
              "image_token_index": 32000,
              "model_type": "llava",
              "pad_token_id": 32001,
              "projector_hidden_act": "gelu",
              "text_config": {
                "_name_or_path": "lmsys/vicuna-7b-v1.5",
                "architectures": ["LlamaForCausalLM"],
                "max_position_embeddings": 4096,
                "model_type": "llama",
                "rms_norm_eps": 1e-05,
                "vocab_size": 32064
              },
              "tie_word_embeddings": false,
              "torch_dtype": "float16",
              "vision_config": {
                "hidden_size": 1024,
                "image_size": 336,
                "intermediate_size": 4096,
                "model_type": "clip_vision_model",
                "num_attention_heads": 16,
                "num_hidden_layers": 24,
                "patch_size": 14,
                "projection_dim": 768,
                "vocab_size": 32000
              },
              "vision_feature_layer": -2,
              "vision_feature_select_strategy": "default"
            }
            """;

    private static final String MINIMAL = "{\"model_type\": \"llava\", \"image_token_index\": 7}";

    private static final VisionConfig CLIP_LARGE_336 =
            new VisionConfig(
                    VisionConfig.Architecture.CLIP,
                    1024,
                    4096,
                    24,
                    16,
                    336,
                    14,
                    3,
                    "quick_gelu",
                    1e-5f);

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void fillsWhatThePublishedSevenBillionModelLeavesOut() {
        assertThat(config(LLAVA_15_7B))
                .isEqualTo(
                        new LlavaConfig(
                                "llava",
                                CLIP_LARGE_336,
                                llama(32_064, 4096, 1e-5f),
                                new ProjectorConfig(2, "gelu", true, OptionalDouble.empty()),
                                List.of(-2),
                                FeatureSelect.DEFAULT,
                                32_000,
                                new ImageLayout.OneTile(),
                                Optional.empty()));
    }

    @Test
    void fillsAbsentSections() {
        LlavaConfig config = config(MINIMAL);

        assertThat(config.vision()).isEqualTo(CLIP_LARGE_336);
        assertThat(config.text()).isEqualTo(llama(32_000, 2048, 1e-6f));
        assertThat(config.imageTokenId()).isEqualTo(7);
    }

    @Test
    void fillsAPresentVisionSectionAsClipDoes() {
        LlavaConfig config = config(MINIMAL, "{\"vision_config\": {\"patch_size\": 16}}");

        assertThat(config.vision())
                .isEqualTo(
                        new VisionConfig(
                                VisionConfig.Architecture.CLIP,
                                768,
                                3072,
                                12,
                                12,
                                224,
                                16,
                                3,
                                "quick_gelu",
                                1e-5f));
    }

    @Test
    void readsSeveralFeatureLayersAndTheFullStrategy() {
        LlavaConfig config =
                config(
                        """
                        {"model_type": "llava", "image_token_id": 7, "vision_feature_layer": [-2, 24],
                         "vision_feature_select_strategy": "full", "multimodal_projector_bias": false}
                        """);

        assertThat(config.visionFeatureLayers()).containsExactly(-2, 24);
        assertThat(config.select()).isEqualTo(FeatureSelect.FULL);
        assertThat(config.projector().bias()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "model_type": "llava_3"                               | llava, llava_next, llava_next_video, llava_onevision, vipllava
            "model_type": null                                    | model_type is absent
            "model_type": 3                                       | model_type is 3
            "mm_vision_tower": "openai/clip"                      | llava-hf/llava-1.5-7b-hf
            "image_token_index": "a"                              | image_token_index is "a"
            "image_token_index": 32000                            | text_config.vocab_size, 32000
            "vision_feature_layer": 25                            | -25..24
            "vision_feature_layer": []                            | vision_feature_layer is []
            "vision_feature_select_strategy": "patch"             | default or full
            "multimodal_projector_bias": 1                        | true or false
            "vision_config": []                                   | vision_config is []
            "vision_config": {"model_type": "dinov2"} | vision_config.model_type is
            "vision_config": {"hidden_size": 0}                   | vision_config.hidden_size is 0
            "vision_config": {"num_attention_heads": 7}           | a multiple of num_attention_heads, 7
            "vision_config": {"patch_size": 300}                  | at least patch_size, 300
            "vision_config": {"num_channels": 1}                  | vision_config.num_channels is 1
            "vision_config": {"layer_norm_eps": "x"}              | vision_config.layer_norm_eps is "x"
            """)
    void refuses(String field, String message) {
        assertModelError(
                () -> config(MINIMAL, "{" + field + "}"),
                checkpoint.file("config.json").toString(),
                message);
    }

    private static TextConfig llama(int vocabSize, int positions, float rmsNormEps) {
        return new TextConfig(
                "llama",
                4096,
                11_008,
                32,
                32,
                32,
                128,
                vocabSize,
                positions,
                rmsNormEps,
                new RopeConfig(10_000, new RopeConfig.Unscaled()),
                "silu",
                new Biases(false, false, false),
                Collections.nCopies(32, OptionalInt.empty()),
                false);
    }

    private LlavaConfig config(String json) {
        return checkpoint.write("config.json", json).config();
    }

    private LlavaConfig config(String json, String changes) {
        return checkpoint.write("config.json", json).edit("config.json", changes).config();
    }
}
