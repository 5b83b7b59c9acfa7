package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Finds out which rows an exported decoder may see in one run, by asking it: a graph with {@code
 * GroupQueryAttention} takes a mask and means its sum, a dynamically quantized one has one scale
 * for all rows, and neither can be told from its inputs. Three short rows are continued alone and
 * side by side, and what changes their scores by more than rounding is not done.
 */
final class BatchingProbe {

    private static final Logger LOG = LoggerFactory.getLogger(BatchingProbe.class);

    /** Of the largest score. Rounding is a tenth of it, quantization a hundred times as much. */
    private static final float TOLERANCE = 1e-4f;

    private static final int SHORT = 3;
    private static final int LONG = 6;

    /** Vectors that a probe takes. */
    static final int VECTORS = 2 * SHORT + LONG + 3;

    private final ExportedDecoder decoder;
    private final FloatBuffer vectors;
    private final int hidden;

    /**
     * Prepares a probe.
     *
     * @param vectors {@code [VECTORS, hidden]}, of any words
     */
    BatchingProbe(ExportedDecoder decoder, FloatBuffer vectors, int hidden) {
        this.decoder = decoder;
        this.vectors = vectors;
        this.hidden = hidden;
    }

    RowBatching find() {
        if (!decoder.signature().takesBatches() || !isSame(0, SHORT, SHORT)) {
            return RowBatching.ALONE;
        }
        return decoder.signature().takesPadding() && isSame(SHORT, SHORT, LONG)
                ? RowBatching.TOGETHER
                : RowBatching.EQUAL_LENGTHS;
    }

    /** Whether two rows are scored side by side as alone. */
    private boolean isSame(int from, int oneLength, int otherLength) {
        int next = vectors.limit() / hidden - 2;
        List<float[]> alone = new ArrayList<>();
        List<ExportedCache> rows = Stream.generate(ExportedCache::new).limit(2).toList();
        try {
            for (int i = 0; i < 2; i++) {
                prefill(rows, from, oneLength, otherLength);
                alone.add(decoder.append(rows.get(i), slice(next + i, 1)));
            }
            prefill(rows, from, oneLength, otherLength);
            List<float[]> together = step(rows, slice(next, 2));
            return together.size() == 2
                    && isClose(alone.get(0), together.get(0))
                    && isClose(alone.get(1), together.get(1));
        } finally {
            rows.forEach(ExportedCache::close);
        }
    }

    /** Nothing, where the graph was traced with one row and its shapes show it. */
    private List<float[]> step(List<ExportedCache> rows, FloatBuffer next) {
        try {
            return decoder.step(rows, next);
        } catch (LlavaException e) {
            LOG.debug("The decoder takes one row at a time", e);
            return List.of();
        }
    }

    private void prefill(List<ExportedCache> rows, int from, int oneLength, int otherLength) {
        rows.forEach(ExportedCache::close);
        decoder.append(rows.get(0), slice(from, oneLength));
        decoder.append(rows.get(1), slice(from + oneLength, otherLength));
    }

    private FloatBuffer slice(int first, int count) {
        return vectors.slice(first * hidden, count * hidden);
    }

    private static boolean isClose(float[] alone, float[] together) {
        float largest = 0;
        float difference = 0;
        for (int i = 0; i < alone.length; i++) {
            largest = Math.max(largest, Math.abs(alone[i]));
            difference = Math.max(difference, Math.abs(alone[i] - together[i]));
        }
        return difference <= TOLERANCE * largest;
    }
}
