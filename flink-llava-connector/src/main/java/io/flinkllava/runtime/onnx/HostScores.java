package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.graph.DecoderGraph;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * What a decoder step leaves on the host: the best token of each row and, if wanted, all scores.
 */
final class HostScores {

    private final int rows;
    private final int vocabulary;
    private final ByteBuffer best;
    private final ByteBuffer logits;

    HostScores(int rows, int vocabulary, boolean withLogits) {
        this.rows = rows;
        this.vocabulary = vocabulary;
        this.best = new HostBuffer().ofSize(ElementType.INT64.bytes(rows));
        this.logits =
                new HostBuffer()
                        .ofSize(withLogits ? ElementType.FLOAT32.bytes(rows, vocabulary) : 0);
    }

    void bind(Binding binding) {
        binding.output(DecoderGraph.BEST, best, ElementType.INT64, rows);
        if (logits.capacity() > 0) {
            binding.output(DecoderGraph.LOGITS, logits, ElementType.FLOAT32, rows, vocabulary);
        }
    }

    int best(int row) {
        return Math.toIntExact(best.getLong(row * Long.BYTES));
    }

    FloatBuffer logits(int row) {
        return logits.asFloatBuffer().slice(row * vocabulary, vocabulary);
    }

    /** Bytes that a step brings to the host. */
    long bytes() {
        return ElementType.INT64.bytes(rows) + logits.capacity();
    }
}
