package io.flinkllava.runtime;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * How {@link LlavaModel#open} finds the runtime. This package knows values and contracts only; the
 * loader, which knows tokenizers and ONNX Runtime, registers itself as a service.
 */
public interface ModelLoader {

    LlavaModel open(Path folder, ModelOptions options);

    /**
     * Checks a folder as {@link LlavaModel#check} promises; by opening it, where an implementation
     * does not know how to do it with less.
     */
    default CheckpointInfo check(Path folder, ModelOptions options) {
        try (LlavaModel model = open(folder, options)) {
            ModelInfo info = model.info();
            return new CheckpointInfo(info.name(), info.fingerprint(), info.modelType());
        }
    }

    static ModelLoader installed() {
        // The class loader of this very class: in Flink it is the user-code loader of the job.
        return ServiceLoader.load(ModelLoader.class, ModelLoader.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () ->
                                new LlavaException(
                                        LlavaErrorCode.INTERNAL,
                                        "No LLaVA runtime on the class path: META-INF/services/"
                                                + ModelLoader.class.getName()
                                                + " is missing. Merge service files when shading."));
    }
}
