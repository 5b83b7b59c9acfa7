package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.NumberType;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.graph.ComputeType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ComputeChoiceTest {

    @ParameterizedTest
    @CsvSource({
        "cpu, AUTO, FLOAT32",
        "cpu, FLOAT32, FLOAT32",
        "gpu:0, AUTO, FLOAT16",
        "gpu:1, FLOAT16, FLOAT16",
        "gpu:0, BFLOAT16, BFLOAT16",
    })
    void computesInWhatTheDeviceHas(String device, NumberType type, ComputeType expected) {
        assertThat(ComputeChoice.of(Device.parse(device), ComputeOptions.DEFAULT.withType(type)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "cpu, FLOAT16, dtype=auto or float32",
        "cpu, BFLOAT16, rowwise-8bit",
        "gpu:0, FLOAT32, 'dtype=auto, float16 or bfloat16'",
    })
    void saysWhatToUseInPlaceOfAnotherType(String device, NumberType type, String remedy) {
        refuses(device, ComputeOptions.DEFAULT.withType(type), remedy);
    }

    @Test
    void quantizedRowsAreForTheCpu() {
        ComputeOptions rows = ComputeOptions.DEFAULT.withQuantization(Quantization.ROWWISE_8BIT);
        refuses("gpu:2", rows, "device=cpu");
        assertThat(ComputeChoice.of(Device.CPU, rows)).isEqualTo(ComputeType.FLOAT32);
    }

    private static void refuses(String device, ComputeOptions options, String remedy) {
        assertThatThrownBy(() -> ComputeChoice.of(Device.parse(device), options))
                .isInstanceOfSatisfying(
                        LlavaException.class,
                        e -> assertThat(e.code()).isEqualTo(LlavaErrorCode.MODEL))
                .hasMessageContaining(remedy);
    }
}
