package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession.SessionOptions;
import ai.onnxruntime.providers.OrtCUDAProviderOptions;
import io.flinkllava.runtime.CudaOptions;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.graph.ComputeType;
import io.flinkllava.runtime.memory.HostMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;

/** Where a model runs, resolved, and in which type it computes there. */
record OnnxDevice(Device device, ComputeType compute, CudaOptions cuda) {

    private static final Logger LOG = LoggerFactory.getLogger(OnnxDevice.class);
    private static final AtomicBoolean FALLBACK_TOLD = new AtomicBoolean();

    static OnnxDevice resolve(ModelOptions options) {
        Device wanted = options.device();
        return switch (wanted.kind()) {
            case CPU -> resolved(Device.CPU, options);
            case GPU -> {
                if (!AutoDevice.hasCuda()) {
                    throw LlavaException.model(
                            "The device is "
                                    + wanted
                                    + ", but this ONNX Runtime has no CUDA: put onnxruntime_gpu in"
                                    + " place of onnxruntime, or use device=auto or cpu");
                }
                if (wanted.index() >= CudaDriver.devices()) {
                    throw LlavaException.model(
                            "The device is "
                                    + wanted
                                    + ", but NVIDIA's driver shows this process "
                                    + CudaDriver.devices()
                                    + " GPUs, counted from 0: check nvidia-smi and"
                                    + " CUDA_VISIBLE_DEVICES, or use device=auto or cpu");
                }
                yield resolved(wanted, options);
            }
            case AUTO -> {
                Device there = AutoDevice.resolve(wanted);
                if (there.equals(Device.CPU) && FALLBACK_TOLD.compareAndSet(false, true)) {
                    LOG.info(
                            "{}: device auto is the CPU",
                            AutoDevice.hasCuda()
                                    ? "NVIDIA's driver shows no GPU " + wanted.index()
                                    : "No CUDA in this ONNX Runtime");
                }
                yield resolved(there, options);
            }
        };
    }

    private static OnnxDevice resolved(Device device, ModelOptions options) {
        return new OnnxDevice(device, ComputeChoice.of(device, options.compute()), options.cuda());
    }

    private boolean isGpu() {
        return device.kind() == Device.Kind.GPU;
    }

    /** Session options for this device; the caller closes them. */
    SessionOptions sessionOptions() throws OrtException {
        SessionOptions options = new SessionOptions();
        options.disablePerSessionThreads();
        // Memory patterns leak where several CUDA sessions take turns (onnxruntime issue 29351).
        options.setMemoryPatternOptimization(false);
        // Else weights that are larger than 1 GiB once converted are converted at every step.
        options.addConfigEntry("optimization.constant_folding_max_output_size_in_bytes", "0");
        if (isGpu()) {
            try (OrtCUDAProviderOptions provider = new OrtCUDAProviderOptions(device.index())) {
                for (Map.Entry<String, String> option : cuda.providerOptions().entrySet()) {
                    provider.add(option.getKey(), option.getValue());
                }
                options.addCUDA(provider);
            } catch (OrtException e) {
                options.close();
                throw e;
            }
        }
        return options;
    }

    /** Bytes of its memory that a model may still take. */
    long freeMemory() {
        return isGpu() ? CudaDriver.freeMemory(device.index()) : HostMemory.available();
    }

    /**
     * Bytes that a model may take of what is free.
     *
     * @param taken what it has of the device already
     */
    long budget(long free, long taken) {
        return isGpu() && cuda.memoryLimit() != CudaOptions.NO_LIMIT
                ? Math.min(free, cuda.memoryLimit() - taken)
                : free;
    }

    /** The name of its memory in ONNX Runtime. */
    String memoryName() {
        return isGpu() ? "Cuda" : "Cpu";
    }
}
