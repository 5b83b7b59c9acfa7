package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.ModelOptions;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;

import static org.assertj.core.api.Assertions.assertThat;

/** How far scores move from those of the same weights in float32; docs/quantization.md has more. */
class QuantizedScoresTest {

    /**
     * The relative error of scores. The weights of these checkpoints are random, which is the worst
     * there is to round: a wrong scale or a lost bit moves scores by more than all of these bounds.
     */
    @ParameterizedTest
    @CsvSource({
        "llava15, ROWWISE_8BIT, 0.08",
        "llava15, WEIGHT_8BIT, 0.04",
        "llava15, WEIGHT_4BIT, 0.4",
        "llava15_gqa, ROWWISE_8BIT, 0.08",
        "llava15_gqa, WEIGHT_8BIT, 0.04",
        "llava15_gqa, WEIGHT_4BIT, 0.4",
        "llava15_mistral, ROWWISE_8BIT, 0.08",
        "llava15_qwen2, WEIGHT_4BIT, 0.4",
        "vipllava, ROWWISE_8BIT, 0.08",
        "next_mistral, ROWWISE_8BIT, 0.08",
        "next_mistral, WEIGHT_4BIT, 0.4",
        "onevision, ROWWISE_8BIT, 0.08",
        "onevision, WEIGHT_4BIT, 0.4",
    })
    void scoresStayWithinTheStatedBound(String name, Quantization quantization, double bound)
            throws IOException {
        ModelOptions options =
                ModelOptions.DEFAULT
                        .withDevice(Device.CPU)
                        .withCompute(ComputeOptions.DEFAULT.withQuantization(quantization));
        assertThat(ScoreDrift.of(name, options).relative()).isPositive().isLessThan(bound);
    }
}
