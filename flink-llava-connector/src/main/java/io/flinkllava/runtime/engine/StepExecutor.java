package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;

import java.util.List;

/**
 * Runs the model, one step at a time, over rows of a KV cache that stays on the device.
 *
 * <p>Called by one thread only, the engine's; owns the device memory it uses.
 *
 * <p>A step that fails fails the sequences that it was about, unless it throws a {@link
 * BrokenExecutorException}, which ends the engine.
 */
public interface StepExecutor extends AutoCloseable {

    /**
     * Runs a whole prompt and leaves its keys and values in a row, whatever was there before.
     *
     * @param logits whether {@link StepScores#logits} will be asked for
     * @return the scores of the first new token, at index 0; valid until the next step
     */
    StepScores prefill(int row, Prompt prompt, boolean logits);

    /**
     * Appends one token to each of several rows.
     *
     * @param inputs at least one, each row at most once
     * @param logits whether {@link StepScores#logits} will be asked for
     * @return the scores of the next token of each row, in the order of the inputs; valid until the
     *     next step
     */
    StepScores decode(List<RowToken> inputs, boolean logits);

    /** How many sequences it holds at once. */
    int rows();

    /** Where the model runs, never {@link Device.Kind#AUTO}. */
    Device device();

    /**
     * Bytes copied to the device and back since the start, weights excluded. May be called from any
     * thread.
     */
    Transfers transfers();

    /** How often the vision tower could be spared. May be called from any thread. */
    VisionCounters vision();

    @Override
    void close();

    /** The newest token of a row. */
    record RowToken(int row, int tokenId) {}

    /** Bytes copied. */
    record Transfers(long toDevice, long fromDevice) {}
}
