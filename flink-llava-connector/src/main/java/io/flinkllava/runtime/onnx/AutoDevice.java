package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtProvider;
import io.flinkllava.runtime.Device;

/** What the device {@code auto} is in this process. */
public final class AutoDevice {

    private AutoDevice() {}

    /** The GPU that {@code auto} names if ONNX Runtime has CUDA and the driver shows it. */
    public static Device resolve(Device wanted) {
        if (wanted.kind() != Device.Kind.AUTO) {
            return wanted;
        }
        return hasCuda() && wanted.index() < CudaDriver.devices()
                ? Device.gpu(wanted.index())
                : Device.CPU;
    }

    static boolean hasCuda() {
        // Asking loads the native library.
        OnnxEnvironment.stayQuiet();
        return OrtEnvironment.getAvailableProviders().contains(OrtProvider.CUDA);
    }
}
