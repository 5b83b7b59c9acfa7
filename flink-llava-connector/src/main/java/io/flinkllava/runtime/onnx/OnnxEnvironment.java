package io.flinkllava.runtime.onnx;

import ai.djl.engine.Engine;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;

/**
 * The process's one ONNX Runtime environment, made by DJL's engine: its threads are shared by all
 * sessions, since pools that spin beside each other slow each other down.
 *
 * <p>Nothing phones home: ONNX Runtime's telemetry and DJL's usage tracking are off before either
 * library is loaded.
 */
final class OnnxEnvironment {

    private static OrtEnvironment environment;

    private OnnxEnvironment() {}

    /**
     * The environment.
     *
     * @param threads how many threads compute; the first caller in a process decides
     */
    static synchronized OrtEnvironment get(int threads) {
        if (environment == null) {
            environment = create(threads);
        }
        return environment;
    }

    private static OrtEnvironment create(int threads) {
        stayQuiet();
        if (threads != ModelOptions.CHECKPOINT_DEFAULT) {
            System.setProperty("ai.djl.onnxruntime.num_threads", Integer.toString(threads));
        }
        ClassLoader callers = Thread.currentThread().getContextClassLoader();
        try {
            // DJL looks its engines up with the context class loader; in Flink the right one is
            // ours.
            Thread.currentThread().setContextClassLoader(OnnxEnvironment.class.getClassLoader());
            Engine.getEngine("OnnxRuntime");
            OrtEnvironment created = OrtEnvironment.getEnvironment();
            created.setTelemetry(false);
            UnpackedLibraries.delete();
            OrtApi.load().keepEnvironment();
            return created;
        } catch (OrtException | RuntimeException | LinkageError e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL, "ONNX Runtime does not start: " + e.getMessage(), e);
        } finally {
            Thread.currentThread().setContextClassLoader(callers);
        }
    }

    /** Must come before the native library is loaded, whoever needs it first. */
    static void stayQuiet() {
        setDefault("OPT_OUT_TRACKING", "true");
        setDefault("ai.djl.offline", "true");
        // Else DJL looks for a PyTorch engine to stand in.
        setDefault("ai.djl.onnx.disable_alternative", "true");
        // Read when the native library loads, before setTelemetry could be called.
        CLibrary.setEnvironment("ORT_DISABLE_TELEMETRY", "1");
    }

    private static void setDefault(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }
}
