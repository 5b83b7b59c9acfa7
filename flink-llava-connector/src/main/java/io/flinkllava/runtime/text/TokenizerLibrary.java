package io.flinkllava.runtime.text;

import ai.djl.huggingface.tokenizers.jni.LibUtils;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/**
 * Loads DJL's native tokenizers, once for each class loader that has this class.
 *
 * <p>DJL unpacks them to one place below the home directory. A native library belongs to the class
 * loader that first loads its file, so a job that brings this library along would shut the next one
 * out. Here each class loader unpacks a copy of its own, deleted as soon as it is mapped. Where
 * DJL's own {@code ENGINE_CACHE_DIR} is set, it decides.
 */
final class TokenizerLibrary {

    private static final String CACHE = "ENGINE_CACHE_DIR";

    private static boolean loaded;

    private TokenizerLibrary() {}

    /**
     * Loads the library unless it is.
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if it does not load here
     */
    static synchronized void load() {
        if (loaded) {
            return;
        }
        try {
            if (System.getProperty(CACHE) != null || System.getenv(CACHE) != null) {
                LibUtils.checkStatus();
            } else {
                loadFromCopy();
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    "The native tokenizer library does not load on this machine: " + cause(e),
                    e);
        }
        loaded = true;
    }

    private static String cause(Throwable e) {
        return e.getCause() == null ? e.getMessage() : e.getCause().getMessage();
    }

    private static void loadFromCopy() throws IOException {
        // The property is the whole process's, and so is the lock: other class loaders have other
        // copies of this class.
        synchronized (Runtime.getRuntime()) {
            Path copy = Files.createTempDirectory("llava-tokenizers");
            System.setProperty(CACHE, copy.toString());
            try {
                LibUtils.checkStatus();
            } finally {
                System.clearProperty(CACHE);
                delete(copy);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
