package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.TextConfig.Biases;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

import static org.assertj.core.api.Assertions.assertThat;

/** A folder as transformers 5.18 saves it. */
class CheckpointReaderTest {

    private final Path folder = Golden.checkpoint("llava15");
    private final Checkpoint checkpoint = CheckpointReader.read(folder);

    @Test
    void readsTheConfiguration() {
        assertThat(checkpoint.config())
                .isEqualTo(
                        new LlavaConfig(
                                "llava",
                                new VisionConfig(
                                        VisionConfig.Architecture.CLIP,
                                        48,
                                        96,
                                        3,
                                        3,
                                        42,
                                        14,
                                        3,
                                        "quick_gelu",
                                        1e-5f),
                                new TextConfig(
                                        "llama",
                                        64,
                                        112,
                                        3,
                                        4,
                                        4,
                                        16,
                                        594,
                                        2048,
                                        1e-5f,
                                        new RopeConfig(10_000, new RopeConfig.Unscaled()),
                                        "silu",
                                        new Biases(false, false, false),
                                        Collections.nCopies(3, OptionalInt.empty()),
                                        false),
                                new ProjectorConfig(2, "gelu", true, OptionalDouble.empty()),
                                List.of(-2),
                                FeatureSelect.DEFAULT,
                                560,
                                new ImageLayout.OneTile(),
                                Optional.empty()));
    }

    @Test
    void readsGenerationDefaults() {
        assertThat(checkpoint.generation().eosTokenIds()).containsExactly(2);
        assertThat(checkpoint.generation().maxNewTokens()).isEmpty();
    }

    @Test
    void readsTheNestedImageProcessor() {
        assertThat(checkpoint.imageProcessor())
                .isEqualTo(
                        new ImageProcessorConfig(
                                false,
                                Optional.of(new ShortestEdge(42)),
                                3,
                                Optional.of(new Size(42, 42)),
                                0.00392156862745098,
                                List.of(0.48145467f, 0.4578275f, 0.40821072f),
                                List.of(0.26862955f, 0.2613026f, 0.2757771f),
                                List.of()));
    }

    @Test
    void readsTemplateAndTokens() {
        assertThat(checkpoint.chatTemplate().orElseThrow())
                .startsWith("{% for message in messages %}");
        assertThat(checkpoint.specialTokens())
                .containsOnlyKeys("bos_token", "eos_token", "image_token", "pad_token", "unk_token")
                .containsEntry("eos_token", "</s>")
                .containsEntry("image_token", "<image>");
        assertThat(checkpoint.tokenizerFile()).isEqualTo(folder.resolve("tokenizer.json"));
    }

    @Test
    void namesTensorsAsTransformersFourDid() {
        Weights weights = checkpoint.weights();
        weights.require("language_model.lm_head.weight", 594, 64);
        weights.require("language_model.model.layers.2.mlp.down_proj.weight", 64, 112);
        weights.require("multi_modal_projector.linear_1.bias", 64);
        weights.require(
                "vision_tower.vision_model.embeddings.patch_embedding.weight", 48, 3, 14, 14);
        weights.require("vision_tower.vision_model.pre_layrnorm.bias", 48);
        assertThat(weights.contains("vision_tower.pre_layrnorm.bias")).isFalse();
    }
}
