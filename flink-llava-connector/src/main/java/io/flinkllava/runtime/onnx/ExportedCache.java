package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;

import java.util.List;

/**
 * What the decoder remembers of one row: the tensors that its last run left, which are the past of
 * the next as they are, without a copy.
 *
 * <p>Owns the tensors.
 */
final class ExportedCache implements AutoCloseable {

    private final TensorLedger ledger;
    private List<OnnxTensor> tensors = List.of();
    private int length;

    ExportedCache(TensorLedger ledger) {
        this.ledger = ledger;
    }

    /** Tokens that it remembers. */
    int length() {
        return length;
    }

    /** Keys and values of every layer, in the order of the decoder's inputs; empty at first. */
    List<OnnxTensor> tensors() {
        return tensors;
    }

    /** Takes over what a run has left. */
    void replace(List<OnnxTensor> present, int newLength) {
        close();
        tensors = present;
        length = newLength;
    }

    /** Forgets everything; may be used again. */
    @Override
    public void close() {
        tensors.forEach(ledger::close);
        tensors = List.of();
        length = 0;
    }
}
