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

    /** What of this interface can be done here. */
    Abilities abilities();

    /**
     * Runs the positions {@code [from, to)} of a prompt and leaves their keys and values in a row,
     * behind its first {@code from} positions, which it holds already. What was behind those is
     * over, also if the step fails. What a step needs to keep for the next one of the same prompt,
     * such as the features of a picture that goes on there, is kept until that or {@link #release}.
     *
     * @param from 0, or a number of positions that the row holds where {@link Abilities#chunks}
     * @param to the prompt's length, or less where {@link Abilities#chunks}
     * @param logits whether {@link StepScores#logits} will be asked for
     * @return the scores of the token behind {@code to}, at index 0; valid until the next step
     */
    StepScores prefill(int row, Prompt prompt, int from, int to, boolean logits);

    /** Runs a whole prompt. */
    default StepScores prefill(int row, Prompt prompt, boolean logits) {
        return prefill(row, prompt, 0, prompt.length(), logits);
    }

    /**
     * Appends one token to each of several rows.
     *
     * @param inputs at least one, each row at most once
     * @param logits whether {@link StepScores#logits} will be asked for
     * @return the scores of the next token of each row, in the order of the inputs; valid until the
     *     next step
     */
    StepScores decode(List<RowToken> inputs, boolean logits);

    /**
     * Copies the first positions of a row over those of another, which holds nothing else then.
     * Only where {@link Abilities#copies}.
     */
    void copyPrefix(int fromRow, int toRow, int length);

    /**
     * Says that the sequence of a row is over. Its keys and values stay until something else is
     * prefilled or copied there.
     */
    void release(int row);

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

    /**
     * What an executor can do.
     *
     * @param chunks prefill a prompt in parts, and behind positions that a row holds already
     * @param copies copy positions from row to row
     */
    record Abilities(boolean chunks, boolean copies) {}

    /** The newest token of a row. */
    record RowToken(int row, int tokenId) {}

    /** Bytes copied. */
    record Transfers(long toDevice, long fromDevice) {}
}
