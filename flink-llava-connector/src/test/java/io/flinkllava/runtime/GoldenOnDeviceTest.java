package io.flinkllava.runtime;

import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.onnx.ScoreDrift;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Golden answers on the device of {@code -Dflink-llava.device}, the CPU by default, in the type
 * that the device computes in: a GPU in float16.
 *
 * <p>The error of scores is measured against the CPU in float32. Answers are held against those of
 * Hugging Face transformers wherever the two best scores are ten times that apart.
 */
class GoldenOnDeviceTest {

    private static final Device DEVICE =
            Device.parse(System.getProperty("flink-llava.device", "cpu"));

    /** Of scores, which are of the order of 1 here; float16 has 11 bits. */
    private static final double LARGEST_ERROR = 0.02;

    private static final double ERRORS_APART = 10;

    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava15_gqa", "llava15_qwen2", "next_mistral", "onevision"})
    void answersAsTransformers(String checkpoint) throws IOException {
        double error = ScoreDrift.of(checkpoint, ModelOptions.DEFAULT.withDevice(DEVICE)).largest();
        assertThat(error).isLessThan(DEVICE.equals(Device.CPU) ? 1e-9 : LARGEST_ERROR);
        List<GoldenRequest> requests =
                GoldenRequest.all(checkpoint).stream()
                        .filter(golden -> golden.severalImages() == SeveralImages.TILED)
                        .filter(GoldenRequest::isDecidable)
                        .filter(golden -> golden.minGap() > ERRORS_APART * error)
                        .toList();
        assertThat(requests).isNotEmpty();
        ModelOptions options = ModelOptions.DEFAULT.withDevice(DEVICE).withMaxSequenceLength(512);
        Map<GoldenRequest, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint(checkpoint), options)) {
            requests.forEach(golden -> answers.put(golden, model.submit(golden.request())));
            answers.forEach(
                    (golden, answer) ->
                            assertThat(((LlavaAnswer.Text) answer.join()).tokenIds())
                                    .as(golden.id())
                                    .isEqualTo(golden.tokenIds()));
        }
        // The benchmark's script reads these lines.
        System.out.printf("GOLDEN %s %.2e %d%n", checkpoint, error, requests.size());
    }
}
