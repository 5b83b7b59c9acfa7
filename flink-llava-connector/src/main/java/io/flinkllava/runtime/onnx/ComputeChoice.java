package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.graph.ComputeType;

import java.util.Locale;

/**
 * What a device can compute in. On the CPU ONNX Runtime has the operators of a decoder for float32
 * only, on CUDA it has grouped attention for half precision only, and products of quantized rows on
 * the CPU alone.
 */
final class ComputeChoice {

    private ComputeChoice() {}

    /**
     * The type to compute in.
     *
     * @throws LlavaException MODEL if the device has no such type or quantization
     */
    static ComputeType of(Device device, ComputeOptions options) {
        return device.kind() == Device.Kind.GPU ? onGpu(device, options) : onCpu(options);
    }

    private static ComputeType onCpu(ComputeOptions options) {
        return switch (options.type()) {
            case AUTO, FLOAT32 -> ComputeType.FLOAT32;
            case FLOAT16, BFLOAT16 ->
                    throw LlavaException.model(
                            "The dtype is "
                                    + spelled(options.type())
                                    + ", but on the CPU models compute in float32: use dtype=auto"
                                    + " or float32, or a GPU. To save memory or time on the CPU"
                                    + " use quantization=rowwise-8bit, weight-8bit or"
                                    + " weight-4bit");
        };
    }

    private static ComputeType onGpu(Device device, ComputeOptions options) {
        if (options.quantization() == Quantization.ROWWISE_8BIT) {
            throw LlavaException.model(
                    "The quantization is rowwise-8bit, but the model would run on "
                            + device
                            + ", and only the CPU multiplies such rows: use device=cpu, or"
                            + " quantization=weight-8bit or weight-4bit");
        }
        return switch (options.type()) {
            case AUTO, FLOAT16 -> ComputeType.FLOAT16;
            case BFLOAT16 -> ComputeType.BFLOAT16;
            case FLOAT32 ->
                    throw LlavaException.model(
                            "The dtype is float32, but the model would run on "
                                    + device
                                    + ", where ONNX Runtime's grouped attention knows half"
                                    + " precision only: use dtype=auto, float16 or bfloat16, or"
                                    + " device=cpu");
        };
    }

    private static String spelled(ComputeOptions.NumberType type) {
        return type.name().toLowerCase(Locale.ROOT);
    }
}
