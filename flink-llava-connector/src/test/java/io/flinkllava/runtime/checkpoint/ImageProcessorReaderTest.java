package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import static io.flinkllava.runtime.checkpoint.TestCheckpoint.assertModelError;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

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

    /** The files of the towers that the authors took, and of processors on top of them. */
    @ParameterizedTest
    @MethodSource("publishedFiles")
    void readsWhatIsPublished(String fields, ImageProcessorConfig expected) {
        assertThat(read(fields)).isEqualTo(expected);
    }

    static Stream<Arguments> publishedFiles() {
        String clipColours =
                """
                "do_normalize": true, "do_resize": true, "resample": 3,
                "image_mean": [0.48145466, 0.4578275, 0.40821073],
                "image_std": [0.26862954, 0.26130258, 0.27577711],
                """;
        String siglipColours =
                """
                "do_normalize": true, "do_rescale": true, "do_resize": true, "resample": 3,
                "rescale_factor": 0.00392156862745098,
                "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5],
                """;
        String pinpoints = "\"image_grid_pinpoints\": [[336, 672], [672, 336]],";
        List<Size> sizes = List.of(new Size(336, 672), new Size(672, 336));
        return Stream.of(
                arguments(
                        named(
                                "clip-vit-large-patch14-336",
                                clipColours
                                        + """
                                        "crop_size": 336, "do_center_crop": true, "size": 336,
                                        "feature_extractor_type": "CLIPFeatureExtractor"
                                        """),
                        clip(List.of())),
                arguments(
                        named(
                                "siglip-so400m-patch14-384",
                                siglipColours
                                        + """
                                        "image_processor_type": "SiglipImageProcessor",
                                        "processor_class": "SiglipProcessor",
                                        "size": {"height": 384, "width": 384}
                                        """),
                        siglip(List.of())),
                arguments(
                        named(
                                "NeXT, transformers 4.39",
                                clipColours
                                        + pinpoints
                                        + """
                                        "aspect_ratio_setting": "anyres",
                                        "crop_size": {"height": 336, "width": 336},
                                        "do_center_crop": true, "do_convert_rgb": true,
                                        "do_rescale": true, "rescale_factor": 0.00392156862745098,
                                        "image_processor_type": "LlavaNextImageProcessor",
                                        "processor_class": "LlavaNextProcessor",
                                        "size": {"shortest_edge": 336}
                                        """),
                        clip(sizes)),
                arguments(
                        named(
                                "NeXT, fast, transformers 4.52",
                                clipColours
                                        + pinpoints
                                        + """
                                        "crop_size": {"height": 336, "width": 336},
                                        "data_format": "channels_first", "default_to_square": false,
                                        "device": null, "do_center_crop": true,
                                        "do_convert_rgb": true, "do_pad": true, "do_rescale": true,
                                        "image_processor_type": "LlavaNextImageProcessorFast",
                                        "input_data_format": null, "return_tensors": null,
                                        "rescale_factor": 0.00392156862745098,
                                        "size": {"shortest_edge": 336}
                                        """),
                        clip(sizes)),
                arguments(
                        named(
                                "NeXT-Video",
                                clipColours
                                        + pinpoints
                                        + """
                                        "crop_size": {"height": 336, "width": 336},
                                        "do_center_crop": true,
                                        "image_processor_type": "LlavaNextVideoImageProcessor",
                                        "size": {"shortest_edge": 336}
                                        """),
                        clip(sizes)),
                arguments(
                        named(
                                "OneVision",
                                siglipColours
                                        + pinpoints
                                        + """
                                        "do_convert_rgb": true, "do_pad": true,
                                        "image_processor_type": "LlavaOnevisionImageProcessor",
                                        "size": {"height": 384, "width": 384}
                                        """),
                        siglip(sizes)),
                arguments(
                        named(
                                "OneVision, fast",
                                siglipColours
                                        + pinpoints
                                        + """
                                        "crop_size": null, "do_center_crop": null, "do_pad": true,
                                        "image_processor_type": "LlavaOnevisionImageProcessorFast",
                                        "size": {"height": 384, "width": 384}
                                        """),
                        siglip(sizes)));
    }

    private static ImageProcessorConfig clip(List<Size> pinpoints) {
        return new ImageProcessorConfig(
                false,
                Optional.of(new ShortestEdge(336)),
                3,
                Optional.of(new Size(336, 336)),
                1 / 255d,
                List.of(0.48145467f, 0.4578275f, 0.40821072f),
                List.of(0.26862955f, 0.2613026f, 0.2757771f),
                pinpoints);
    }

    private static ImageProcessorConfig siglip(List<Size> pinpoints) {
        return new ImageProcessorConfig(
                false,
                Optional.of(new Size(384, 384)),
                3,
                Optional.empty(),
                1 / 255d,
                List.of(0.5f, 0.5f, 0.5f),
                List.of(0.5f, 0.5f, 0.5f),
                pinpoints);
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
