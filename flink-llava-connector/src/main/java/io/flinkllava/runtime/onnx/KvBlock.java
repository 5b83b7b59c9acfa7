package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What one run of an exported decoder left of some rows: keys and values of each layer, {@code
 * [rows, kvHeads, positions, headDim]}. Where a row is shorter than the longest, the positions in
 * front of it are padding.
 *
 * <p>Owns the tensors, and closes them when the last row has left.
 */
final class KvBlock implements AutoCloseable {

    private final List<OnnxTensor> tensors;
    private final int rows;
    private final int positions;
    private final HostTensors host;
    private final Set<ExportedCache> members = new LinkedHashSet<>();

    /**
     * Takes over tensors.
     *
     * @param tensors in the order of the decoder's inputs
     */
    KvBlock(List<OnnxTensor> tensors, int rows, int positions, HostTensors host) {
        this.tensors = List.copyOf(tensors);
        this.rows = rows;
        this.positions = positions;
        this.host = host;
    }

    List<OnnxTensor> tensors() {
        return tensors;
    }

    int rows() {
        return rows;
    }

    /** Length of the longest row. */
    int positions() {
        return positions;
    }

    /** Rows that have not left. */
    List<ExportedCache> members() {
        return List.copyOf(members);
    }

    void join(ExportedCache row) {
        members.add(row);
    }

    void leave(ExportedCache row) {
        members.remove(row);
        if (members.isEmpty()) {
            close();
        }
    }

    @Override
    public void close() {
        tensors.forEach(host::close);
    }
}
