package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtProvider;
import ai.onnxruntime.OrtSession.SessionOptions;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.graph.ComputeType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where a model runs, resolved: the CPU in float32 or a GPU in float16, since ONNX Runtime has its
 * grouped attention on CUDA for half precision only.
 */
record OnnxDevice(Device device, ComputeType compute) {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxDevice.class);
    private static final OnnxDevice CPU = new OnnxDevice(Device.CPU, ComputeType.FLOAT32);

    static OnnxDevice resolve(Device wanted) {
        return switch (wanted.kind()) {
            case CPU -> CPU;
            case GPU -> {
                if (!hasCuda()) {
                    throw LlavaException.model(
                            "The device is "
                                    + wanted
                                    + ", but this ONNX Runtime has no CUDA: put onnxruntime_gpu in"
                                    + " place of onnxruntime, or use device=auto or cpu");
                }
                yield gpu(wanted);
            }
            case AUTO -> {
                if (hasCuda()) {
                    yield gpu(Device.gpu(0));
                }
                LOG.info("No CUDA in this ONNX Runtime: the model runs on the CPU");
                yield CPU;
            }
        };
    }

    private static OnnxDevice gpu(Device device) {
        return new OnnxDevice(device, ComputeType.FLOAT16);
    }

    private static boolean hasCuda() {
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    }

    /** Session options for this device; the caller closes them. */
    SessionOptions sessionOptions() throws OrtException {
        SessionOptions options = new SessionOptions();
        options.disablePerSessionThreads();
        // Memory patterns leak where several CUDA sessions take turns (onnxruntime issue 29351).
        options.setMemoryPatternOptimization(false);
        // Else weights that are larger than 1 GiB once converted are converted at every step.
        options.addConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "0");
        if (device.kind() == Device.Kind.GPU) {
            options.addCUDA(device.index());
        }
        return options;
    }

    /** The name of its memory in ONNX Runtime. */
    String memoryName() {
        return device.kind() == Device.Kind.GPU ? "Cuda" : "Cpu";
    }
}
