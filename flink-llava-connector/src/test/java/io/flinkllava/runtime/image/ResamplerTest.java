package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Locale;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ResamplerTest {

    static Stream<JsonNode> allFilters() {
        return TestPictures.elements(TestPictures.json("processing/resize.json"));
    }

    static Stream<JsonNode> photographicFilters() {
        return TestPictures.elements(TestPictures.json("processing/golden.json").get("pil_resize"));
    }

    @ParameterizedTest
    @MethodSource("allFilters")
    void resizesAsPillow(JsonNode golden) {
        JsonNode src = golden.get("src");
        RgbImage source = TestPictures.generated(src.get(0).asInt(), src.get(1).asInt());
        ResampleFilter filter = ResampleFilter.of(golden.get("resample").asInt());

        RgbImage resized = resize(source, filter, golden.get("dst"));

        assertThat(TestPictures.sha256(resized.rgb())).isEqualTo(golden.get("sha256").asText());
    }

    @ParameterizedTest
    @MethodSource("photographicFilters")
    void resizesSmoothPicturesAsPillow(JsonNode golden) {
        int width = golden.get("src").get(0).asInt();
        int height = golden.get("src").get(1).asInt();
        RgbImage source =
                golden.get("gen").asText().equals("smooth")
                        ? smooth(width, height)
                        : TestPictures.generated(width, height);
        String filter = golden.get("filter").asText().toUpperCase(Locale.ROOT);

        RgbImage resized = resize(source, ResampleFilter.valueOf(filter), golden.get("dst"));

        assertThat(TestPictures.sha256(resized.rgb()))
                .isEqualTo(golden.get("sha256_rgb_hwc").asText());
    }

    @ParameterizedTest
    @EnumSource(ResampleFilter.class)
    void aWindowIsAPartOfTheWhole(ResampleFilter filter) {
        RgbRows source = RgbRows.of(TestPictures.generated(101, 67));
        RgbImage whole = new Resampler(filter).resize(source, 60, 90);

        RgbImage part = new Resampler(filter).resize(source, 60, 90, new Window(13, 21, 31, 40));

        for (int y = 0; y < part.height(); y++) {
            for (int i = 0; i < 3 * part.width(); i++) {
                assertThat(part.rgb()[3 * 31 * y + i])
                        .isEqualTo(whole.rgb()[3 * (60 * (21 + y) + 13) + i]);
            }
        }
    }

    @Test
    void refusesAFilterThatPilDoesNotKnow() {
        assertThatThrownBy(() -> ResampleFilter.of(6)).hasMessageContaining("resample is 6");
    }

    private static RgbImage resize(RgbImage source, ResampleFilter filter, JsonNode size) {
        return new Resampler(filter)
                .resize(RgbRows.of(source), size.get(0).asInt(), size.get(1).asInt());
    }

    private static RgbImage smooth(int width, int height) {
        byte[] rgb = new byte[3 * width * height];
        for (int y = 0, i = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                rgb[i++] = (byte) (x * 255 / Math.max(1, width - 1));
                rgb[i++] = (byte) (y * 255 / Math.max(1, height - 1));
                rgb[i++] = (byte) ((x + y) * 255 / Math.max(1, width + height - 2));
            }
        }
        return new RgbImage(width, height, rgb);
    }
}
