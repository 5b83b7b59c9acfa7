package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.graph.DecoderGraph;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * What a decoder step leaves on the host: the best token of each row and, if wanted, all scores.
 * One for all views, since only one step runs at a time.
 */
final class HostScores {

    private final int vocabulary;
    private final ByteBuffer best;
    private final ByteBuffer logits;

    /**
     * Takes the memory.
     *
     * @param rows most rows of a step
     */
    HostScores(int rows, int vocabulary) {
        this.vocabulary = vocabulary;
        this.best = new HostBuffer().ofSize(ElementType.INT64.bytes(rows));
        this.logits = new HostBuffer().ofSize(ElementType.FLOAT32.bytes(rows, vocabulary));
    }

    /** Has the steps of a binding of so many rows write here. */
    void bind(Binding binding, int rows, boolean withLogits) {
        binding.output(DecoderGraph.BEST, best, ElementType.INT64, rows);
        if (withLogits) {
            binding.output(DecoderGraph.LOGITS, logits, ElementType.FLOAT32, rows, vocabulary);
        }
    }

    int best(int row) {
        int token = Math.toIntExact(best.getLong(row * Long.BYTES));
        if (token == DecoderGraph.NONE) {
            throw StepScores.notFinite();
        }
        return token;
    }

    FloatBuffer logits(int row) {
        return logits.asFloatBuffer().slice(row * vocabulary, vocabulary);
    }

    /** Bytes that a step brings to the host. */
    long bytes(int rows, boolean withLogits) {
        return ElementType.INT64.bytes(rows)
                + (withLogits ? ElementType.FLOAT32.bytes(rows, vocabulary) : 0);
    }
}
