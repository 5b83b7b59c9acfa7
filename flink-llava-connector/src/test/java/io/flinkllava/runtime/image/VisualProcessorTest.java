package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageLayout.OneTile;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

/** Tiles and packing against Hugging Face transformers. */
class VisualProcessorTest {

    private static final JsonNode GOLDEN = TestPictures.json("processing/golden.json");
    private static final JsonNode TILED = TestPictures.json("processing/anyres_pixels.json");
    private static final float[] NEWLINE = {-1, -2};

    static Stream<JsonNode> sizes() {
        return TestPictures.elements(GOLDEN.get("anyres"));
    }

    static Stream<JsonNode> publishedPixels() {
        return TestPictures.elements(GOLDEN.get("pixel_values"))
                .filter(golden -> golden.has("image_sizes"));
    }

    static Stream<JsonNode> packings() {
        return TestPictures.elements(TestPictures.json("processing/pack.json"));
    }

    static Stream<JsonNode> singlePictures() {
        return TestPictures.elements(TILED.get("single"));
    }

    static Stream<JsonNode> severalPictures() {
        return TestPictures.elements(TILED.get("several"));
    }

    @ParameterizedTest
    @MethodSource("sizes")
    void choosesTheResolutionOfTransformersAndAsManyTokens(JsonNode golden) {
        int height = golden.get("h").asInt();
        int width = golden.get("w").asInt();
        check(golden.get("next"), VisualFixtures.next(336, 14), width, height);
        check(golden.get("ov"), VisualFixtures.onevision(384, 14, 6, 9), width, height);
    }

    private static void check(JsonNode golden, VisualProcessor processor, int width, int height) {
        VisualInput input = processor.image(TestPictures.generated(width, height));
        assertThat(input.tiles()).hasSize(golden.get("patches").asInt());
        assertThat(input.tokens()).isEqualTo(golden.get("tokens_model").asInt());
        assertThat(input.tokens()).isEqualTo(golden.get("tokens_proc").asInt());
    }

    @ParameterizedTest
    @MethodSource("publishedPixels")
    void cutsThePixelsOfThePublishedProcessors(JsonNode golden) {
        VisualProcessor processor =
                golden.get("proc").asText().equals("llava_next336")
                        ? VisualFixtures.next(336, 14)
                        : VisualFixtures.onevision(384, 14, 6, 9);
        VisualInput input = processor.image(generated(golden.get("src")));
        assertThat(sha256(input.tiles(), input.tiles().size()))
                .isEqualTo(golden.get("sha256_f32le").asText());
    }

    @ParameterizedTest
    @MethodSource("singlePictures")
    void cutsThePixelsOfTransformersAtAnySize(JsonNode golden) {
        VisualProcessor processor = processor(golden);
        RgbImage image =
                TestPictures.generated(golden.get("width").asInt(), golden.get("height").asInt());
        List<PixelValues> tiles = processor.image(image).tiles();
        assertThat(tiles).hasSize(golden.get("shape").get(1).asInt());
        assertThat(sha256(tiles, tiles.size())).isEqualTo(golden.get("sha256").asText());
    }

    @ParameterizedTest
    @MethodSource("severalPictures")
    void cutsSeveralPicturesAsTransformersDoes(JsonNode golden) {
        VisualProcessor processor = processor(golden);
        int most = golden.get("shape").get(1).asInt();
        List<PixelValues> all = new ArrayList<>();
        for (JsonNode sample : golden.get("sizes")) {
            boolean nested = golden.get("nested").asBoolean();
            List<JsonNode> sizes =
                    nested ? TestPictures.elements(sample).toList() : List.of(sample);
            for (JsonNode size : sizes) {
                VisualInput input =
                        sizes.size() > 1
                                ? processor.oneTile(generated(size))
                                : processor.image(generated(size));
                all.addAll(padded(input.tiles(), most));
            }
        }
        assertThat(sha256(all, all.size())).isEqualTo(golden.get("sha256").asText());
    }

    @Test
    void cutsOneTileEachAsThePublishedProcessor() {
        VisualProcessor onevision = VisualFixtures.onevision(384, 14, 6, 9);
        VisualInput large = onevision.oneTile(TestPictures.generated(640, 480));
        VisualInput small = onevision.oneTile(TestPictures.generated(100, 60));
        assertThat(sha256(List.of(large.tiles().get(0), small.tiles().get(0)), 2))
                .isEqualTo(GOLDEN.get("ov_multi").get("sha256_f32le").asText());
        assertThat(large.tokens()).isEqualTo(730);
        assertThat(large.packing().indexes()[4 * 729]).isEqualTo(729);
    }

    @ParameterizedTest
    @MethodSource("packings")
    void packsFeaturesAsTransformersDoes(JsonNode golden) {
        String kind = golden.get("kind").asText();
        VisualProcessor processor =
                kind.equals("next")
                        ? VisualFixtures.next(56, 14)
                        : VisualFixtures.onevision(56, 14, 3, kind.endsWith("2") ? 2 : 9);
        JsonNode size = golden.get("hw");
        FeaturePacking packing =
                processor
                        .image(TestPictures.generated(size.get(1).asInt(), size.get(0).asInt()))
                        .packing();
        float[][] packed =
                VisualFixtures.pack(packing, features(golden.get("tiles").asInt() * 16), NEWLINE);
        JsonNode expected = golden.get("packed");
        assertThat(packed).hasDimensions(expected.size(), 2);
        for (int token = 0; token < packed.length; token++) {
            for (int i = 0; i < 2; i++) {
                assertThat(packed[token][i])
                        .isCloseTo(expected.get(token).get(i).floatValue(), within(1.1e-5f));
            }
        }
    }

    /** The features of the golden data: hundredths, two to a vector. */
    private static float[][] features(int count) {
        float[][] features = new float[count][];
        Arrays.setAll(features, i -> new float[] {2 * i / 100f, (2 * i + 1) / 100f});
        return features;
    }

    @Test
    void scalesFramesAsTorchInterpolates() {
        VisualProcessor onevision = VisualFixtures.onevision(378, 14, 2, 9);
        VisualInput video =
                onevision.video(Collections.nCopies(3, TestPictures.generated(378, 378)).stream());
        float[][] features = new float[3 * 729][];
        Arrays.setAll(features, i -> new float[] {(float) i});
        float[][] tokens = VisualFixtures.pack(video.packing(), features, new float[] {-1});
        assertThat(tokens).hasDimensions(3 * 196 + 1, 1);
        assertThat(tokens[3 * 196][0]).isEqualTo(-1);
        JsonNode golden = GOLDEN.get("bilinear_27_to_14");
        for (int i = 0; i < 14; i++) {
            assertThat(tokens[i][0])
                    .isCloseTo(golden.get("row0").get(i).floatValue(), within(1e-4f));
            assertThat(tokens[14 * i][0])
                    .isCloseTo(golden.get("col0").get(i).floatValue(), within(1e-3f));
            assertThat(tokens[196 + i][0])
                    .isCloseTo(golden.get("row0").get(i).floatValue() + 729, within(1e-3f));
        }
    }

    @Test
    void scalesMapsThatAreNotSquare() {
        FeaturePacking.Builder packing = new FeaturePacking.Builder(35);
        new FeatureGrid(0, 7, 1, new Window(0, 0, 7, 5)).appendScaledTo(packing, 3, 4, true);
        float[][] features = new float[49][];
        Arrays.setAll(features, i -> new float[] {(float) i});
        float[][] tokens = VisualFixtures.pack(packing.build(), features, new float[] {-1});
        JsonNode golden = GOLDEN.get("bilinear_5x7_to_3x4");
        for (int row = 0; row < 3; row++) {
            for (int column = 0; column < 4; column++) {
                assertThat(tokens[row * 5 + column][0])
                        .isCloseTo(golden.get(row).get(column).floatValue(), within(1e-5f));
            }
        }
    }

    @Test
    void poolsFramesInFrontOfTheProjector() {
        VisualInput video =
                VisualFixtures.next(336, 14)
                        .video(Collections.nCopies(2, TestPictures.generated(336, 336)).stream());
        assertThat(video.poolStride()).isEqualTo(2);
        assertThat(video.tokens()).isEqualTo(2 * 144);
        assertThat(video.packing().isIdentity()).isTrue();
    }

    @Test
    void goesByTheOrderOfThePinpointsBetweenEquals() {
        List<Size> wideFirst = List.of(new Size(336, 672), new Size(672, 336));
        List<Size> highFirst = List.of(new Size(672, 336), new Size(336, 672));
        assertThat(AnyresGeometry.of(336, 336, wideFirst).best()).isEqualTo(new Size(336, 672));
        assertThat(AnyresGeometry.of(336, 336, highFirst).best()).isEqualTo(new Size(672, 336));
    }

    @ParameterizedTest
    @CsvSource({"1,1", "1,100", "100,1", "16384,1", "1,16384", "3,2000", "2000,3"})
    void takesPicturesOfAnyShape(int width, int height) {
        RgbImage image = TestPictures.generated(width, height);
        for (VisualProcessor processor :
                List.of(VisualFixtures.next(28, 7), VisualFixtures.onevision(28, 7, 4, 9))) {
            VisualInput input = processor.image(image);
            assertThat(input.tokens()).isGreaterThanOrEqualTo(16);
            assertThat(input.packing().features()).isEqualTo(16 * input.tiles().size());
            assertThat(Arrays.stream(input.packing().indexes()).max().orElseThrow())
                    .isLessThanOrEqualTo(input.packing().features());
        }
    }

    @Test
    void knowsTheMostTokensOfAPicture() {
        assertThat(VisualFixtures.next(336, 14).mostImageTokens()).isEqualTo(576 + 48 * 49);
        // Five rows of two tiles, which are just not worth scaling down.
        assertThat(VisualFixtures.onevision(384, 14, 6, 9).mostImageTokens())
                .isEqualTo(729 + 135 * 55);
    }

    @Test
    void aPictureOfWhichNothingWouldBeLeftIsTheRequestsFault() {
        VisualProcessor oneRow =
                VisualFixtures.processor(
                        28,
                        7,
                        Architecture.SIGLIP,
                        new Anyres(List.of(new Size(28, 28 * 36)), OptionalInt.of(1)),
                        Optional.empty(),
                        VisualFixtures.siglip(28));
        assertInput(
                () -> oneRow.image(TestPictures.generated(2000, 14)), "2000 x 14", "too elongated");
    }

    @Test
    void framesOfAVideoHaveOneSize() {
        List<RgbImage> frames =
                List.of(TestPictures.generated(28, 28), TestPictures.generated(28, 27));
        assertInput(
                () -> VisualFixtures.onevision(28, 7, 4, 9).video(frames.stream()),
                "Frame 2 of the video has 28 x 27 pixels, the first has 28 x 28");
    }

    @Test
    void familiesWithoutVideoSayWhatToDo() {
        VisualProcessor llava =
                VisualFixtures.processor(
                        28,
                        7,
                        Architecture.CLIP,
                        new OneTile(),
                        Optional.empty(),
                        VisualFixtures.clip(28));
        assertInput(
                () -> llava.video(Stream.of(TestPictures.generated(28, 28))),
                "some_family",
                "send some frames as pictures");
    }

    private static void assertInput(Runnable call, String... words) {
        assertThatThrownBy(call::run)
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT))
                .message()
                .contains(words);
    }

    private static VisualProcessor processor(JsonNode golden) {
        return VisualFixtures.fromFile(
                TILED.get("processors").get(golden.get("processor").asText()));
    }

    private static RgbImage generated(JsonNode size) {
        return TestPictures.generated(size.get(0).asInt(), size.get(1).asInt());
    }

    private static List<PixelValues> padded(List<PixelValues> tiles, int most) {
        PixelValues first = tiles.get(0);
        PixelValues nothing =
                new PixelValues(first.height(), first.width(), new float[first.values().length]);
        List<PixelValues> padded = new ArrayList<>(tiles);
        padded.addAll(Collections.nCopies(most - tiles.size(), nothing));
        return padded;
    }

    private static String sha256(List<PixelValues> tiles, int count) {
        int length = tiles.get(0).values().length;
        float[] all = new float[count * length];
        for (int i = 0; i < count; i++) {
            System.arraycopy(tiles.get(i).values(), 0, all, i * length, length);
        }
        return TestPictures.sha256(all);
    }
}
