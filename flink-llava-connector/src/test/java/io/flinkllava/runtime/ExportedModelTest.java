package io.flinkllava.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.Fingerprint;
import io.flinkllava.runtime.image.RgbImage;
import io.flinkllava.runtime.image.TestPictures;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import javax.imageio.ImageIO;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A folder with exported graphs is opened like any other. */
class ExportedModelTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ModelOptions OPTIONS = ModelOptions.DEFAULT.withDevice(Device.CPU);

    @Test
    void answersAsTorch() throws IOException {
        JsonNode golden = JSON.readTree(Golden.path("onnx-export/torch_golden.json").toFile());
        try (LlavaModel model = LlavaModel.open(Golden.path("onnx-export/llava"), OPTIONS)) {
            assertThat(model.info())
                    .isEqualTo(
                            new ModelInfo(
                                    "llava",
                                    Fingerprint.of(
                                            CheckpointReader.read(
                                                    Golden.path("onnx-export/llava"))),
                                    "llava",
                                    Device.CPU,
                                    8,
                                    512));
            LlavaAnswer.Text answer =
                    (LlavaAnswer.Text)
                            model.submit(
                                            ask(
                                                    TestPictures.generated(56, 56),
                                                    "What is it?",
                                                    golden.get("new_ids").size()))
                                    .join();
            assertThat(answer.promptTokens()).isEqualTo(golden.get("ids").size());
            assertThat(answer.tokenIds()).isEqualTo(ids(golden.get("new_ids")));
            assertThat(model.counters().bytesToDevice()).isPositive();
        }
    }

    /** Pictures of all shapes at once, with questions about nothing between them. */
    @ParameterizedTest
    @ValueSource(strings = {"llava_next", "llava_onevision"})
    void answersAsTorchAboutTiledPictures(String kind, @TempDir Path folder) throws IOException {
        Golden.copy("onnx-export/" + kind, folder);
        Files.writeString(
                folder.resolve("chat_template.jinja"),
                "{% for m in messages %}USER: {% for part in m.content %}{% if part.type =="
                        + " 'image' %}<image>\n{% else %}{{ part.text }}{% endif %}{% endfor %}"
                        + " ASSISTANT:{% endfor %}");
        try (LlavaModel model = LlavaModel.open(folder, OPTIONS)) {
            Map<JsonNode, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
            for (JsonNode golden :
                    JSON.readTree(Golden.path("onnx-export/anyres_golden.json").toFile())) {
                if (golden.get("kind").asText().equals(kind)) {
                    RgbImage picture =
                            TestPictures.generated(
                                    golden.get("wh").get(0).asInt(),
                                    golden.get("wh").get(1).asInt());
                    answers.put(
                            golden,
                            model.submit(ask(picture, "What?", golden.get("new_ids").size())));
                    CompletableFuture<LlavaAnswer> unused =
                            model.submit(
                                    new LlavaRequest(
                                            List.of(),
                                            List.of(Message.user("What?")),
                                            GenerationParameters.DEFAULT.withMaxNewTokens(7)));
                }
            }
            answers.forEach(
                    (golden, answer) -> {
                        LlavaAnswer.Text text = (LlavaAnswer.Text) answer.join();
                        assertThat(text.promptTokens()).isEqualTo(golden.get("ids").size());
                        assertThat(text.tokenIds()).isEqualTo(ids(golden.get("new_ids")));
                    });
        }
    }

    @Test
    void aVariantThatIsNotThereIsAClearError() {
        assertThatThrownBy(
                        () ->
                                LlavaModel.open(
                                        Golden.path("onnx-export/llava"),
                                        OPTIONS.withCheckpoint(
                                                CheckpointOptions.DEFAULT.withOnnxVariant("q4"))))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining("vision_encoder_q4.onnx");
    }

    private static LlavaRequest ask(RgbImage picture, String question, int tokens)
            throws IOException {
        return new LlavaRequest(
                List.of(png(picture)),
                List.of(Message.user(question)),
                GenerationParameters.DEFAULT.withMaxNewTokens(tokens));
    }

    private static byte[] png(RgbImage picture) throws IOException {
        BufferedImage image =
                new BufferedImage(picture.width(), picture.height(), BufferedImage.TYPE_3BYTE_BGR);
        image.getRaster()
                .setPixels(0, 0, picture.width(), picture.height(), unsigned(picture.rgb()));
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    private static int[] unsigned(byte[] bytes) {
        int[] values = new int[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            values[i] = Byte.toUnsignedInt(bytes[i]);
        }
        return values;
    }

    private static List<Integer> ids(JsonNode array) {
        List<Integer> ids = new ArrayList<>();
        array.forEach(id -> ids.add(id.asInt()));
        return ids;
    }
}
