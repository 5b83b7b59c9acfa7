package io.flinkllava.runtime.onnx;

import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.LongByReference;
import com.sun.jna.ptr.PointerByReference;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

/**
 * What NVIDIA's driver says of its GPUs. The driver's own library, since it is there wherever a GPU
 * works, under one name whatever the version of CUDA, and counts devices as ONNX Runtime does
 * ({@code CUDA_VISIBLE_DEVICES}).
 */
final class CudaDriver {

    private static final int SUCCESS = 0;

    private CudaDriver() {}

    /** GPUs that this process sees; 0 without a driver, or with one that does not work. */
    static int devices() {
        NativeLibrary driver;
        try {
            driver = load();
        } catch (UnsatisfiedLinkError e) {
            return 0;
        }
        IntByReference count = new IntByReference();
        boolean works =
                driver.getFunction("cuInit").invokeInt(new Object[] {0}) == SUCCESS
                        && driver.getFunction("cuDeviceGetCount").invokeInt(new Object[] {count})
                                == SUCCESS;
        return works ? count.getValue() : 0;
    }

    /**
     * Bytes of device memory that nobody has taken.
     *
     * @throws LlavaException UNAVAILABLE if the driver does not answer
     */
    static long freeMemory(int index) {
        NativeLibrary driver = load();
        IntByReference device = new IntByReference();
        PointerByReference context = new PointerByReference();
        call(driver, "cuInit", 0);
        call(driver, "cuDeviceGet", device, index);
        // The context that CUDA's runtime, and so ONNX Runtime, uses as well.
        call(driver, "cuDevicePrimaryCtxRetain", context, device.getValue());
        try {
            call(driver, "cuCtxPushCurrent_v2", context.getValue());
            try {
                LongByReference free = new LongByReference();
                LongByReference total = new LongByReference();
                call(driver, "cuMemGetInfo_v2", free, total);
                return free.getValue();
            } finally {
                call(driver, "cuCtxPopCurrent_v2", new PointerByReference());
            }
        } finally {
            call(driver, "cuDevicePrimaryCtxRelease_v2", device.getValue());
        }
    }

    private static NativeLibrary load() {
        return NativeLibrary.getInstance(Platform.isWindows() ? "nvcuda" : "libcuda.so.1");
    }

    private static void call(NativeLibrary driver, String function, Object... arguments) {
        int result = driver.getFunction(function).invokeInt(arguments);
        if (result != SUCCESS) {
            PointerByReference text = new PointerByReference();
            driver.getFunction("cuGetErrorName").invokeInt(new Object[] {result, text});
            Pointer name = text.getValue();
            throw new LlavaException(
                    LlavaErrorCode.UNAVAILABLE,
                    "The GPU's driver fails: "
                            + function
                            + " says "
                            + (name == null ? result : name.getString(0)));
        }
    }
}
