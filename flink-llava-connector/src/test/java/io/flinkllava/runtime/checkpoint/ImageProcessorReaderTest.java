package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;

class ImageProcessorReaderTest {

    @TempDir Path folder;
    private TestCheckpoint checkpoint;

    @BeforeEach
    void setUp() {
        checkpoint = TestCheckpoint.empty(folder);
    }

    @Test
    void fillsAbsentKeysAsTheHuggingFaceClassesDo() {
        ImageProcessorConfig config = read("");

        assertThat(config.padToSquare()).isFalse();
        assertThat(config.resize()).contains(new ShortestEdge(224));
        assertThat(config.resample()).isEqualTo(3);
        assertThat(config.centerCrop()).contains(new Size(224, 224));
        assertThat(config.rescaleFactor()).isEqualTo(1 / 255d);
        assertThat(config.mean()).containsExactly(0.48145467f, 0.4578275f, 0.40821072f);
        assertThat(config.std()).containsExactly(0.26862955f, 0.2613026f, 0.2757771f);
    }

    @Test
    void readsTheWholeNumbersOfOldFiles() {
        ImageProcessorConfig config =
                read(
                        "\"feature_extractor_type\": \"CLIPFeatureExtractor\", \"size\": 336,"
                                + " \"crop_size\": 330, \"resample\": 2");

        assertThat(config.resize()).contains(new ShortestEdge(336));
        assertThat(config.centerCrop()).contains(new Size(330, 330));
        assertThat(config.resample()).isEqualTo(2);
    }

    @Test
    void readsAnExactSize() {
        assertThat(read("\"size\": {\"height\": 30, \"width\": 20}").resize())
                .contains(new Size(30, 20));
    }

    @Test
    void turnsStepsOff() {
        ImageProcessorConfig config =
                read(
                        "\"do_resize\": false, \"do_center_crop\": false, \"do_rescale\": false,"
                                + " \"do_normalize\": false, \"size\": [], \"crop_size\": [],"
                                + " \"rescale_factor\": 3");

        assertThat(config.resize()).isEmpty();
        assertThat(config.centerCrop()).isEmpty();
        assertThat(config.rescaleFactor()).isEqualTo(1);
        assertThat(config.mean()).containsExactly(0f, 0f, 0f);
        assertThat(config.std()).containsExactly(1f, 1f, 1f);
    }

    @ParameterizedTest
    @CsvSource({
        "CLIPImageProcessor, false",
        "CLIPImageProcessorFast, false",
        "CLIPImageProcessorPil, false",
        "LlavaImageProcessor, true",
        "LlavaImageProcessorFast, true",
        "LlavaImageProcessorPil, true",
    })
    void padsWithLlavasOwnProcessorOnly(String type, boolean pads) {
        String fields = "\"do_pad\": true, \"image_processor_type\": \"" + type + "\"";
        assertThat(read(fields).padToSquare()).isEqualTo(pads);
    }

    @Test
    void prefersTheNestedSection() {
        checkpoint.write("preprocessor_config.json", "{\"size\": 1}");
        checkpoint.write("processor_config.json", "{\"patch_size\": 14}");
        assertThat(ImageProcessorReader.read(checkpoint.folder()).resize())
                .isEqualTo(Optional.of(new ShortestEdge(1)));

        checkpoint.write("processor_config.json", "{\"image_processor\": {\"size\": 2}}");
        assertThat(ImageProcessorReader.read(checkpoint.folder()).resize())
                .isEqualTo(Optional.of(new ShortestEdge(2)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            textBlock =
                    """
            "image_processor_type": "VitImageProcessor"     | image_processor_type is "VitImageProcessor"
            "feature_extractor_type": "X"                   | feature_extractor_type is "X"
            "size": {"longest_edge": 3}                     | {height, width} or {shortest_edge}
            "size": {"height": 3}                           | size is {"height":3}
            "size": {"height": -3, "width": 3}              | size.height is -3
            "size": "big"                                   | size is "big"
            "crop_size": {"shortest_edge": 3}               | it must be {height, width}
            "crop_size": 0                                  | crop_size is 0
            "resample": 6                                   | resample is 6
            "resample": [1, 2]                              | resample is [1,2]
            "image_mean": [0.5]                             | image_mean is [0.5]
            "image_mean": 0.5                               | image_mean is 0.5
            "image_std": [1, 1, 0]                          | three positive numbers
            "rescale_factor": "1/255"                       | rescale_factor is "1/255"
            "do_resize": "yes"                              | do_resize is "yes"
            """)
    void refuses(String fields, String message) {
        assertModelError(
                () -> read(fields), checkpoint.file("preprocessor_config.json") + ": ", message);
    }

    @Test
    void namesThePathOfANestedField() {
        checkpoint.write(
                "processor_config.json", "{\"image_processor\": {\"crop_size\": {\"height\": 1}}}");
        assertModelError(
                () -> ImageProcessorReader.read(checkpoint.folder()),
                List.of("processor_config.json: image_processor.crop_size is {\"height\":1}"));
    }

    private ImageProcessorConfig read(String fields) {
        checkpoint.write("preprocessor_config.json", "{" + fields + "}");
        return ImageProcessorReader.read(checkpoint.folder());
    }
}
