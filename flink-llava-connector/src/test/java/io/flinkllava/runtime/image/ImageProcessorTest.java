package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Resize;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ImageProcessorTest {

    private static final int BICUBIC = 3;
    private static final List<Float> CLIP_MEAN = floats(0.48145466, 0.4578275, 0.40821073);
    private static final List<Float> CLIP_STD = floats(0.26862954, 0.26130258, 0.27577711);

    static Stream<JsonNode> singlePictures() {
        return TestPictures.elements(
                        TestPictures.json("processing/golden.json").get("pixel_values"))
                .filter(
                        golden ->
                                Set.of("clip336", "llava_pad336")
                                        .contains(golden.get("proc").asText()));
    }

    static Stream<JsonNode> manyConfigs() {
        return TestPictures.elements(TestPictures.json("processing/pixels.json"));
    }

    @ParameterizedTest
    @MethodSource("singlePictures")
    void givesTheValuesOfLlava15(JsonNode golden) {
        boolean pad = golden.get("proc").asText().equals("llava_pad336");
        PixelValues pixels = process(clip(pad, 336), golden.get("src"));

        assertThat(TestPictures.sha256(pixels.values()))
                .isEqualTo(golden.get("sha256_f32le").asText());
    }

    @ParameterizedTest
    @MethodSource("manyConfigs")
    void givesTheValuesOfTransformers(JsonNode golden) {
        PixelValues pixels = process(config(golden.get("config")), golden.get("src"));

        assertThat(List.of(3, pixels.height(), pixels.width()))
                .hasToString(golden.get("shape").toString().replace(",", ", "));
        assertThat(TestPictures.sha256(pixels.values())).isEqualTo(golden.get("sha256").asText());
    }

    @Test
    void takesNoMemoryForWhatIsCroppedAway() {
        RgbImage strip = TestPictures.generated(16_384, 1);

        PixelValues pixels = new ImageProcessor(clip(false, 336)).process(strip);

        assertThat(pixels.values()).hasSize(3 * 336 * 336);
    }

    @Test
    void takesNoMemoryForASquareOfPadding() {
        RgbImage strip = TestPictures.generated(3, 16_384);

        PixelValues pixels = new ImageProcessor(clip(true, 336)).process(strip);

        assertThat(pixels.values()).hasSize(3 * 336 * 336);
    }

    @Test
    void refusesAPictureThatWouldBecomeEnormous() {
        ImageProcessorConfig noCrop =
                new ImageProcessorConfig(
                        false,
                        Optional.of(new ShortestEdge(336)),
                        BICUBIC,
                        Optional.empty(),
                        1 / 255.0,
                        CLIP_MEAN,
                        CLIP_STD,
                        List.of());

        assertThatThrownBy(
                        () -> new ImageProcessor(noCrop).process(TestPictures.generated(16_384, 1)))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("16384 x 1")
                .hasMessageContaining("too elongated");
    }

    @Test
    void refusesAConfigWithoutThreeChannels() {
        ImageProcessorConfig grey =
                new ImageProcessorConfig(
                        false,
                        Optional.empty(),
                        BICUBIC,
                        Optional.empty(),
                        1 / 255.0,
                        List.of(0.5f),
                        List.of(0.5f),
                        List.of());

        assertThatThrownBy(() -> new ImageProcessor(grey)).hasMessageContaining("[0.5]");
    }

    private static PixelValues process(ImageProcessorConfig config, JsonNode size) {
        RgbImage image = TestPictures.generated(size.get(0).asInt(), size.get(1).asInt());
        return new ImageProcessor(config).process(image);
    }

    private static ImageProcessorConfig clip(boolean pad, int side) {
        return new ImageProcessorConfig(
                pad,
                Optional.of(new ShortestEdge(side)),
                BICUBIC,
                Optional.of(new Size(side, side)),
                1 / 255.0,
                CLIP_MEAN,
                CLIP_STD,
                List.of());
    }

    private static ImageProcessorConfig config(JsonNode json) {
        return new ImageProcessorConfig(
                json.get("pad").asBoolean(),
                resize(json.get("resize")),
                json.get("resample").asInt(),
                size(json.get("crop")),
                json.get("rescale").asDouble(),
                floats(json.get("mean")),
                floats(json.get("std")),
                List.of());
    }

    private static Optional<Resize> resize(JsonNode json) {
        return json.isInt()
                ? Optional.of(new ShortestEdge(json.asInt()))
                : size(json).map(size -> size);
    }

    private static Optional<Size> size(JsonNode json) {
        return json.isNull()
                ? Optional.empty()
                : Optional.of(new Size(json.get(0).asInt(), json.get(1).asInt()));
    }

    private static List<Float> floats(JsonNode json) {
        return floats(TestPictures.elements(json).mapToDouble(JsonNode::asDouble).toArray());
    }

    private static List<Float> floats(double... values) {
        return Arrays.stream(values).mapToObj(value -> (float) value).toList();
    }
}
