package io.flinkllava.runtime.onnx;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The files that ONNX Runtime's Java binding unpacks its libraries to. It deletes them when the
 * process ends, which a TaskManager does not for months: each job that brings this library along
 * would leave 28 MB on its disk.
 */
final class UnpackedLibraries {

    private static final Logger LOG = LoggerFactory.getLogger(UnpackedLibraries.class);

    /** Not those of the providers, which are loaded when a session wants them. */
    private static final List<String> LOADED = List.of("onnxruntime", "onnxruntime4j_jni");

    private UnpackedLibraries() {}

    /** Deletes the files of the libraries that are loaded by now; they stay mapped. */
    static void delete() {
        try {
            Field folder =
                    Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("tempDirectory");
            folder.setAccessible(true);
            Path unpacked = (Path) folder.get(null);
            if (unpacked == null) {
                return;
            }
            for (String library : LOADED) {
                Files.deleteIfExists(unpacked.resolve(System.mapLibraryName(library)));
            }
        } catch (IOException | ReflectiveOperationException | RuntimeException e) {
            // Windows does not let mapped files go: they wait for the end of the process.
            LOG.debug("ONNX Runtime's unpacked libraries stay until the process ends", e);
        }
    }
}
