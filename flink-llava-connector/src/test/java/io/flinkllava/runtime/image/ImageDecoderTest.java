package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Pixels against Pillow's, whose checksums are in decoded.json. Of 16-bit grey the checksum is that
 * of the high bytes: Pillow would clip.
 */
class ImageDecoderTest {

    private static final Map<String, String> LOSSY_WEBP =
            Map.of(
                    "images-extra/lossy.webp", "images-extra/expected/lossy.png",
                    "images-extra/lossy_low.webp", "images-extra/expected/lossy_low.png",
                    "images-extra/alpha_lossy.webp", "images-extra/expected/alpha_lossy.png");

    /**
     * Chroma with half the rows, as in a photograph that was turned without decoding it. What is
     * between the rows is the choice of the JPEG library: Pillow's interpolates, and so does that
     * of JDKs which use the system's; that inside of other JDKs repeats.
     */
    private static final String HALF_THE_ROWS = "images-extra/440.jpg";

    private final ImageDecoder decoder = new ImageDecoder(RequestLimits.DEFAULT);

    static Stream<String> exactPictures() {
        return TestPictures.all().stream()
                .filter(name -> !LOSSY_WEBP.containsKey(name) && !name.equals(HALF_THE_ROWS));
    }

    static Stream<String> lossyWebps() {
        return LOSSY_WEBP.keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("exactPictures")
    void decodesAsPillow(String name) {
        JsonNode golden = TestPictures.json("processing/decoded.json").get(name);

        RgbImage image = decoder.decode(TestPictures.bytes(name));

        assertThat(image.width()).isEqualTo(golden.get("width").asInt());
        assertThat(image.height()).isEqualTo(golden.get("height").asInt());
        assertThat(TestPictures.sha256(image.rgb())).isEqualTo(golden.get("sha256").asText());
    }

    /** The pictures have the hardest of edges; photographs differ by about 2 levels. */
    @ParameterizedTest
    @MethodSource("lossyWebps")
    void decodesLossyWebpCloseToPillow(String name) {
        RgbImage expected = decoder.decode(TestPictures.bytes(LOSSY_WEBP.get(name)));

        RgbImage image = decoder.decode(TestPictures.bytes(name));

        assertThat(image.width()).isEqualTo(expected.width());
        assertThat(meanDifference(image.rgb(), expected.rgb())).isLessThan(6);
    }

    @Test
    void decodesHalfTheRowsOfChromaCloseToPillow() {
        RgbImage expected = decoder.decode(TestPictures.bytes("images-extra/expected/440.png"));

        RgbImage image = decoder.decode(TestPictures.bytes(HALF_THE_ROWS));

        assertThat(image.width()).isEqualTo(expected.width());
        assertThat(image.height()).isEqualTo(expected.height());
        assertThat(meanDifference(image.rgb(), expected.rgb())).isLessThan(1.5);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "icc.jpg",
                "rgb16.png",
                "palette.bmp",
                "animated.gif",
                "lossless.webp",
                "jpeg.tif"
            })
    void findsItsReadersWhateverTheContextClassLoader(String name) throws Exception {
        FutureTask<RgbImage> task =
                new FutureTask<>(
                        () ->
                                new ImageDecoder(RequestLimits.DEFAULT)
                                        .decode(TestPictures.bytes("images-extra/" + name)));
        Thread thread = new Thread(task);
        thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
        thread.start();

        assertThat(task.get().width()).isPositive();
    }

    @Test
    void decodesOnManyThreadsAtOnce() {
        JsonNode golden = TestPictures.json("processing/decoded.json");
        List<String> names = exactPictures().toList();

        List<String> checksums =
                names.parallelStream()
                        .map(name -> decoder.decode(TestPictures.bytes(name)).rgb())
                        .map(TestPictures::sha256)
                        .toList();

        assertThat(checksums)
                .isEqualTo(names.stream().map(n -> golden.get(n).get("sha256").asText()).toList());
    }

    @Test
    void theTestPicturesCoverAllFormats() {
        assertThat(TestPictures.all().stream().map(TestPictures::bytes).map(ImageFormat::of))
                .extracting(format -> format.orElseThrow())
                .containsAll(List.of(ImageFormat.values()));
    }

    private static double meanDifference(byte[] actual, byte[] expected) {
        assertThat(actual).hasSameSizeAs(expected);
        long sum = 0;
        for (int i = 0; i < actual.length; i++) {
            sum += Math.abs((actual[i] & 0xff) - (expected[i] & 0xff));
        }
        return (double) sum / actual.length;
    }
}
