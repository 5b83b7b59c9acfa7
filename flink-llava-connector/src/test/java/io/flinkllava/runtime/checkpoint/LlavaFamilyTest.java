package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

/** What each family takes where its config.json is silent. */
class LlavaFamilyTest {

    private static final String VOCABULARY = "\"text_config\": {\"vocab_size\": 152000}";

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void nextHasFivePinpointsInTheirOrder() {
        LlavaConfig config = config("llava_next", "");
        assertThat(config.images())
                .isEqualTo(
                        new Anyres(
                                List.of(
                                        new Size(336, 672),
                                        new Size(672, 336),
                                        new Size(672, 672),
                                        new Size(1008, 336),
                                        new Size(336, 1008)),
                                OptionalInt.empty()));
        assertThat(config.imageTokenId()).isEqualTo(32_000);
        assertThat(config.vision()).isEqualTo(VisionConfigReader.CLIP_LARGE_336);
        assertThat(config.visionFeatureLayers()).containsExactly(-2);
        assertThat(config.featuresPerTile()).isEqualTo(576);
        assertThat(config.video()).isEmpty();
    }

    @Test
    void nextKeepsTheOrderOfTheFilesPinpoints() {
        assertThat(config("llava_next", ", \"image_grid_pinpoints\": [[672, 336], [336, 336]]"))
                .extracting(LlavaConfig::images)
                .isEqualTo(
                        new Anyres(
                                List.of(new Size(672, 336), new Size(336, 336)),
                                OptionalInt.empty()));
    }

    @Test
    void nextVideoPoolsInFrontOfTheProjector() {
        LlavaConfig config = config("llava_next_video", "");
        assertThat(config.imageTokenId()).isEqualTo(32_001);
        assertThat(config.video()).contains(new VideoLayout(32_000, Pooling.AVERAGE, 2, false));
        assertThat(
                        config(
                                        "llava_next_video",
                                        ", \"spatial_pool_mode\": \"max\","
                                                + " \"spatial_pool_stride\": 3")
                                .video())
                .contains(new VideoLayout(32_000, Pooling.MAX, 3, false));
    }

    @Test
    void onevisionHasAGridOfSixBySixAndNineTilesAtMost() {
        LlavaConfig config = config("llava_onevision", "");
        Anyres images = (Anyres) config.images();
        assertThat(images.pinpoints())
                .hasSize(36)
                .startsWith(new Size(384, 384), new Size(384, 768))
                .endsWith(new Size(2304, 2304));
        assertThat(images.maxTiles()).hasValue(9);
        assertThat(config.imageTokenId()).isEqualTo(151_646);
        assertThat(config.vision()).isEqualTo(VisionConfigReader.SIGLIP_SO400M_384);
        assertThat(config.visionFeatureLayers()).containsExactly(-1);
        assertThat(config.select()).isEqualTo(FeatureSelect.FULL);
        assertThat(config.featuresPerTile()).isEqualTo(729);
        assertThat(config.video()).contains(new VideoLayout(151_647, Pooling.BILINEAR, 2, true));
    }

    @Test
    void vipHasFiveFeatureLayersAndANorm() {
        LlavaConfig config = config("vipllava", "");
        assertThat(config.visionFeatureLayers()).containsExactly(-2, -5, -8, -11, 6);
        assertThat(config.projector())
                .isEqualTo(new ProjectorConfig(2, "gelu", true, OptionalDouble.of(1e-5)));
        assertThat(config.images()).isEqualTo(new ImageLayout.OneTile());
    }

    @Test
    void aSiglipTowerHasNoClassToken() {
        LlavaConfig config =
                config(
                        "llava",
                        ", \"vision_config\": {\"model_type\": \"siglip_vision_model\"},"
                                + " \"vision_feature_select_strategy\": \"full\"");
        assertThat(config.vision().patches()).isEqualTo(196);
        assertThat(config.featuresPerTile()).isEqualTo(196);
        assertThat(config.vision().hiddenAct()).isEqualTo("gelu_pytorch_tanh");
        assertThat(config.video()).isEqualTo(Optional.empty());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            llava_next       | "image_grid_pinpoints": []                       | at least one [height, width]
            llava_next       | "image_grid_pinpoints": [[336, 335]]             | multiples of image_size, 336
            llava_next       | "image_grid_pinpoints": [[336]]                  | image_grid_pinpoints is [[336]]
            llava_next       | "image_grid_pinpoints": [[0, 336]]               | multiples of image_size, 336
            llava_next       | "image_grid_pinpoints": "[[336, 336]]"           | a list of
            llava_next       | "vision_feature_select_strategy": "full"         | without their class tokens
            llava_onevision  | "vision_feature_select_strategy": "default"      | no class token to leave out
            llava_onevision  | "vision_aspect_ratio": "pad"                     | anyres_max_N
            llava_onevision  | "vision_aspect_ratio": "anyres_max_0"            | anyres_max_N
            llava_onevision  | "video_token_index": 152000                      | below text_config.vocab_size
            llava_next_video | "spatial_pool_mode": "conv"                      | average or max
            llava_next_video | "spatial_pool_stride": 0                         | spatial_pool_stride is 0
            vipllava         | "vision_feature_layers": [25]                    | -25..24
            """)
    void refuses(String family, String field, String message) {
        assertModelError(
                () -> config(family, ", " + field),
                checkpoint.file("config.json").toString(),
                message);
    }

    private LlavaConfig config(String family, String fields) {
        return checkpoint
                .write(
                        "config.json",
                        "{\"model_type\": \"" + family + "\", " + VOCABULARY + fields + "}")
                .config();
    }
}
