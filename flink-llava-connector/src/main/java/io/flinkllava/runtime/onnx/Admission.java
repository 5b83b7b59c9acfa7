package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.BatchingOptions;
import io.flinkllava.runtime.LlavaException;

import java.util.Locale;

/**
 * Decides how many sequences a device holds, and refuses what it does not hold, with the numbers:
 * better when a model is opened than by the system in the middle of a step.
 *
 * @param device its name, for messages
 * @param weights bytes that the model's weights take
 * @param need what the model takes besides
 */
record Admission(String device, long weights, MemoryNeed need) {

    /** Rows beyond which a decode step gains nothing more, however much memory there is. */
    static final int MOST_ROWS = 256;

    /**
     * Refuses weights that do not fit.
     *
     * @param free bytes before they are loaded
     * @throws LlavaException MODEL with the numbers
     */
    void requireWeights(long free) {
        if (weights > free) {
            throw LlavaException.model(
                    "The weights take "
                            + size(weights)
                            + ", but "
                            + device
                            + " has "
                            + size(free)
                            + " of memory left: take a smaller model, or a smaller number type");
        }
    }

    /**
     * Rows of the KV cache: as many as the options say, or as fit into a part of the memory.
     *
     * @param free bytes when the weights are loaded
     * @throws LlavaException MODEL with the numbers if they do not fit, or if not even one does
     */
    int rows(BatchingOptions batching, long free) {
        boolean byMemory = batching.memoryFraction() != BatchingOptions.NO_FRACTION;
        double budget = byMemory ? free * batching.memoryFraction() : free;
        double left = budget - need.vision() - need.scratch();
        int rows =
                byMemory
                        ? (int) Math.max(1, Math.min(MOST_ROWS, left / need.perSequence()))
                        : batching.maxBatchSize();
        // In floating point: what cannot be may be more than a long holds.
        if ((double) rows * need.perSequence() > left) {
            throw LlavaException.model(refusal(rows, free, budget, byMemory));
        }
        return rows;
    }

    private String refusal(int rows, long free, double budget, boolean byMemory) {
        return "The model does not fit into the memory of "
                + device
                + ": with its weights ("
                + size(weights)
                + ") loaded "
                + size(free)
                + " are left"
                + (byMemory ? ", of which memory-fraction allows " + size(budget) : "")
                + ", and it takes a KV cache of "
                + rows
                + (rows == 1 ? " sequence of " : " sequences of ")
                + need.positions()
                + " positions ("
                + size(need.perSequence())
                + " each, "
                + size((double) rows * need.perSequence())
                + " together), "
                + size(need.vision())
                + " for vision features (vision-cache) and "
                + size(need.scratch())
                + " while steps run. Lower "
                + (byMemory ? "" : "max-batch-size, ")
                + "max-sequence-length or vision-cache"
                + (byMemory ? ", or raise memory-fraction" : "");
    }

    private static String size(long bytes) {
        return size((double) bytes);
    }

    private static String size(double bytes) {
        return bytes < 1 << 30
                ? String.format(Locale.ROOT, "%.1f MiB", bytes / (1 << 20))
                : String.format(Locale.ROOT, "%.1f GiB", bytes / (1 << 30));
    }
}
