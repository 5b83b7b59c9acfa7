package io.flinkllava.runtime.image;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.testing.PublishedModel;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;
import java.util.Collections;

import static org.assertj.core.api.Assertions.assertThat;

/** How many tokens pictures and videos become by the files of published checkpoints. */
class PublishedTokensTest {

    @TempDir Path folder;

    /** The counts of {@code LlavaNextProcessor} and {@code LlavaOnevisionProcessor}. */
    @ParameterizedTest
    @CsvSource({
        // height, width, NeXT, OneVision
        "336, 336, 1176, 1485",
        "480, 640, 2340, 2929",
        "640, 480, 2352, 2943",
        "500, 375, 2352, 1737",
        "1024, 1024, 2928, 7371",
        "300, 100, 792, 999",
        "500, 30, 720, 945",
        "427, 640, 2144, 2709",
        "333, 500, 1464, 1836",
        "1080, 1920, 1948, 7269",
        "1920, 1080, 1968, 7317",
        "3000, 200, 936, 2673",
        "200, 3000, 868, 2522",
        "2160, 3840, 1948, 7317",
        "1365, 2048, 2144, 7329",
        "900, 599, 2160, 5184",
        "1, 1, 1176, 1485",
    })
    void tiledPicturesTakeTheTokensOfTransformers(int height, int width, int next, int onevision) {
        RgbImage image = TestPictures.generated(width, height);
        assertThat(visuals(PublishedModel.NEXT_MISTRAL_7B).image(image).tokens()).isEqualTo(next);
        assertThat(visuals(PublishedModel.ONEVISION_7B).image(image).tokens()).isEqualTo(onevision);
    }

    /** Then the counts of one model are those of its family. */
    @ParameterizedTest
    @ValueSource(strings = {"llava_next", "llava_onevision"})
    void everyModelOfAFamilySeesAlike(String family) {
        Checkpoint first = PublishedModel.family(family, folder).get(0).read(folder);
        for (PublishedModel model : PublishedModel.family(family, folder)) {
            Checkpoint checkpoint = model.read(folder);
            assertThat(checkpoint.config().vision()).isEqualTo(first.config().vision());
            assertThat(checkpoint.config().images()).isEqualTo(first.config().images());
            assertThat(checkpoint.imageProcessor()).isEqualTo(first.imageProcessor());
            assertThat(checkpoint.videoProcessor()).isEqualTo(first.videoProcessor());
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LLAVA_15_7B, 576",
        "LLAVA_15_13B, 576",
        "BAKLLAVA, 576",
        "VIP_LLAVA_7B, 576",
        "INTERLEAVE_05B, 729",
        "INTERLEAVE_7B, 729",
    })
    void otherPicturesAlwaysTakeTheSame(PublishedModel model, int tokens) {
        VisualProcessor visuals = visuals(model);
        assertThat(visuals.mostImageTokens()).isEqualTo(tokens);
        assertThat(visuals.image(TestPictures.generated(500, 30)).tokens()).isEqualTo(tokens);
    }

    @ParameterizedTest
    @CsvSource({
        "NEXT_VIDEO_7B, 8, 1152",
        "ONEVISION_05B, 8, 1569",
        "ONEVISION_7B, 32, 6273",
    })
    void framesArePooled(PublishedModel model, int frames, int tokens) {
        VisualInput video =
                visuals(model)
                        .video(
                                Collections.nCopies(frames, TestPictures.generated(160, 90))
                                        .stream());
        assertThat(video.tokens()).isEqualTo(tokens);
    }

    private VisualProcessor visuals(PublishedModel model) {
        Checkpoint checkpoint = model.read(folder);
        return new VisualProcessor(
                checkpoint.config(), checkpoint.imageProcessor(), checkpoint.videoProcessor());
    }
}
