package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.PictureInfo;
import io.flinkllava.runtime.Pictures;
import io.flinkllava.runtime.RequestLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.ByteArrayOutputStream;
import java.nio.ByteOrder;
import java.time.LocalDateTime;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class DecodedPicturesTest {

    private static final Pictures PICTURES = Pictures.installed();
    private static final ImageDecoder DECODER = new ImageDecoder(RequestLimits.DEFAULT);

    static List<String> pictures() {
        return TestPictures.all();
    }

    static Stream<JsonNode> bicubic() {
        return TestPictures.elements(TestPictures.json("processing/resize.json"))
                .filter(golden -> golden.get("resample").asInt() == 3);
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void tellsOfEveryPictureWhatDecodingFinds(String name) {
        byte[] encoded = TestPictures.bytes(name);
        RgbImage decoded = DECODER.decode(encoded);

        PictureInfo info = PictureInfo.of(encoded);

        assertThat(info.uprightWidth()).isEqualTo(decoded.width());
        assertThat(info.uprightHeight()).isEqualTo(decoded.height());
        assertThat(info.sha256()).isEqualTo(TestPictures.sha256(encoded));
        String suffix = name.substring(name.lastIndexOf('.') + 1).toUpperCase(Locale.ROOT);
        assertThat(info.format()).startsWith(suffix.replace("JPG", "JPEG"));
    }

    @Test
    void tellsHowACameraWasHeldAndWhen() {
        byte[] picture = TestPictures.bytes("images-extra/420.jpg");
        byte[] exif =
                ExifTest.block(ByteOrder.BIG_ENDIAN, "2025:01:02 03:04:05", "2026:02:28 23:59:58");
        ByteArrayOutputStream photo = new ByteArrayOutputStream();
        photo.write(picture, 0, 2);
        photo.writeBytes(new byte[] {-1, (byte) 0xe1, 0, (byte) (exif.length + 8)});
        photo.writeBytes("Exif\0\0".getBytes(US_ASCII));
        photo.writeBytes(exif);
        photo.write(picture, 2, picture.length - 2);

        PictureInfo info = PictureInfo.of(photo.toByteArray());

        assertThat(info.orientation()).isEqualTo(6);
        assertThat(info.takenAt()).isEqualTo(LocalDateTime.of(2026, 2, 28, 23, 59, 58));
        assertThat(PictureInfo.of(picture).takenAt()).isNull();
    }

    @Test
    void tellsOfPicturesThatAreTooLargeToDecode() {
        byte[] huge =
                Base64.getDecoder()
                        .decode("Qk0aAAAAAAAAABoAAAAMAAAA/////wEAGAA="); // BMP, 65535 x 65535

        assertThat(PictureInfo.of(huge).width()).isEqualTo(65_535);
        assertThatThrownBy(() -> DECODER.decode(huge)).hasMessageContaining("65535");
    }

    @Test
    void refusesWhatIsNoPicture() {
        assertThatThrownBy(() -> PictureInfo.of("no picture".getBytes(US_ASCII)))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.INPUT));
    }

    @ParameterizedTest
    @MethodSource("bicubic")
    void resizesAsPillow(JsonNode golden) {
        JsonNode src = golden.get("src");
        RgbImage source = TestPictures.generated(src.get(0).asInt(), src.get(1).asInt());
        byte[] png = PictureWriter.write(source, Pictures.Encoding.PNG);
        JsonNode dst = golden.get("dst");

        byte[] resized =
                PICTURES.resize(
                        png,
                        dst.get(0).asInt(),
                        dst.get(1).asInt(),
                        Pictures.Encoding.PNG,
                        RequestLimits.DEFAULT);

        assertThat(TestPictures.sha256(DECODER.decode(resized).rgb()))
                .isEqualTo(golden.get("sha256").asText());
    }

    @Test
    void writesJpeg() {
        byte[] picture = PictureWriter.write(gradient(60, 40), Pictures.Encoding.PNG);

        byte[] resized =
                PICTURES.resize(picture, 20, 10, Pictures.Encoding.JPEG, RequestLimits.DEFAULT);

        PictureInfo info = PictureInfo.of(resized);
        assertThat(info.format()).isEqualTo("JPEG");
        assertThat(List.of(info.width(), info.height())).containsExactly(20, 10);
        // Close to what was written: neither channels nor rows are mixed up.
        byte[] exact =
                PICTURES.resize(picture, 20, 10, Pictures.Encoding.PNG, RequestLimits.DEFAULT);
        assertThat(meanDifference(DECODER.decode(resized).rgb(), DECODER.decode(exact).rgb()))
                .isLessThan(4);
    }

    private static RgbImage gradient(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int i = 0; i < width * height; i++) {
            rgb[3 * i] = (byte) (255 * (i % width) / width);
            rgb[3 * i + 1] = (byte) (255 * (i / width) / height);
        }
        return new RgbImage(width, height, rgb);
    }

    private static double meanDifference(byte[] left, byte[] right) {
        long sum = 0;
        for (int i = 0; i < left.length; i++) {
            sum += Math.abs((left[i] & 0xff) - (right[i] & 0xff));
        }
        return (double) sum / left.length;
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "1, -1", "20000, 1", "16000, 16000"})
    void refusesSizesBeyondTheLimits(int width, int height) {
        byte[] picture = TestPictures.bytes("images-extra/420.jpg");
        assertThatThrownBy(
                        () ->
                                PICTURES.resize(
                                        picture,
                                        width,
                                        height,
                                        Pictures.Encoding.PNG,
                                        RequestLimits.DEFAULT))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining(width + " x " + height);
    }
}
