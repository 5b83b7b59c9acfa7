package io.flinkllava.runtime;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;

/**
 * A LLaVA checkpoint, loaded and ready to answer.
 *
 * <p>Requests are answered in continuous micro-batches: whatever is submitted while others are
 * being answered joins them at the next decode step. An answer does not depend on what else was in
 * the batch.
 *
 * <p>Threading: all methods may be called from any thread and none waits for a generation. Futures
 * complete on a thread of the model, so dependent stages must be short.
 *
 * <p>Ownership: the model owns native memory (weights, KV cache); whoever opened it closes it.
 */
public interface LlavaModel extends AutoCloseable {

    /**
     * Loads a Hugging Face checkpoint folder ({@code config.json}, {@code *.safetensors}, {@code
     * tokenizer.json}, ...).
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if the folder cannot be loaded;
     *     the message names the file and what to do
     */
    static LlavaModel open(Path folder, ModelOptions options) {
        return ModelLoader.installed().open(folder, options);
    }

    /**
     * Checks a checkpoint folder without loading its weights: configuration, tokenizer, chat
     * template, and that every tensor is there and has its shape. What only a load can tell, such
     * as memory that is too small, it does not.
     *
     * @throws LlavaException with code {@link LlavaErrorCode#MODEL} if the folder cannot be loaded;
     *     the message names the file and what to do
     */
    static CheckpointInfo check(Path folder, ModelOptions options) {
        return ModelLoader.installed().check(folder, options);
    }

    /**
     * Asks for an answer. The request's pictures must not be changed until the future completes.
     *
     * <p>The future completes exactly once, with an answer or a typed failure; it completes
     * exceptionally only if the caller cancels it, which takes the sequence out of the batch before
     * the next step.
     */
    CompletableFuture<LlavaAnswer> submit(LlavaRequest request);

    /**
     * Asks for an answer and hears it as it comes. Where several candidates are asked for, the
     * first one is heard. A model that cannot tell an answer earlier tells it in one piece.
     *
     * @param listener what it throws fails the request with {@link LlavaErrorCode#INPUT}
     */
    default CompletableFuture<LlavaAnswer> submit(LlavaRequest request, TokenListener listener) {
        CompletableFuture<LlavaAnswer> answer = submit(request);
        var unused =
                answer.thenAccept(
                        given -> {
                            if (given instanceof LlavaAnswer.Text text && !text.text().isEmpty()) {
                                listener.onText(text.text(), text.completionTokens());
                            }
                        });
        return answer;
    }

    ModelInfo info();

    /**
     * Whether it takes requests: not any more once it is closed, or once it broke because its
     * device is lost, out of memory to the last byte, or its engine died. What was in a model that
     * broke has failed, with {@link LlavaErrorCode#UNAVAILABLE} or {@link LlavaErrorCode#CAPACITY};
     * close it and open it again, as {@code io.flinkllava.runtime.pool} does.
     */
    default boolean isUsable() {
        return true;
    }

    /** What the engine has done since the model was opened. */
    EngineCounters counters();

    /**
     * Fails what is still running with {@link LlavaErrorCode#MODEL} and gives all native memory
     * back. Waits for the current step, never for whole generations; but on a thread of the model,
     * where listeners and stages behind a future run, it returns at once, and memory is given back
     * when they are over. Closing twice is harmless.
     */
    @Override
    void close();
}
