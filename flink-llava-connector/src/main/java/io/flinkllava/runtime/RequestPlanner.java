package io.flinkllava.runtime;

import java.nio.file.Path;
import java.util.ServiceLoader;

/**
 * Tells what requests will take, by configuration and tokenizer alone: no weights are loaded and no
 * picture is needed.
 *
 * <p>Threading: all methods may be called from any thread. Ownership: a planner owns the
 * tokenizer's native memory; whoever opened it closes it.
 */
public interface RequestPlanner extends AutoCloseable {

    /**
     * Reads what is needed of a checkpoint folder.
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if the folder cannot be read
     */
    static RequestPlanner open(Path folder, ModelOptions options) {
        return ServiceLoader.load(Opener.class, Opener.class.getClassLoader())
                .findFirst()
                .orElseThrow(
                        () ->
                                new LlavaException(
                                        LlavaErrorCode.INTERNAL,
                                        "No LLaVA runtime on the class path: META-INF/services/"
                                                + Opener.class.getName()
                                                + " is missing. Merge service files when shading."))
                .open(folder, options);
    }

    /**
     * Plans a question about one picture, for the device that this process would take.
     *
     * @param imageWidth in pixels, upright, at least 1
     * @param imageHeight in pixels, upright, at least 1
     * @throws LlavaException with code {@link LlavaErrorCode#INPUT} if such a request would be
     *     refused: the question is empty, the picture too elongated, the prompt longer than a
     *     sequence
     */
    RequestPlan plan(
            int imageWidth, int imageHeight, String question, GenerationParameters generation);

    @Override
    void close();

    /** How {@link #open} finds the runtime. */
    interface Opener {
        RequestPlanner open(Path folder, ModelOptions options);
    }
}
