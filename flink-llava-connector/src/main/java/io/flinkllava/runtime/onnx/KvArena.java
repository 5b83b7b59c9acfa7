package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.DecoderGraph.Cache;

import java.util.ArrayList;
import java.util.List;

/**
 * The KV cache of all rows, taken once: for each layer keys and values {@code [rows, kvHeads,
 * capacity, headDim]}. A step sees a view of neighbouring rows, the same memory as past and as
 * present, so that attention appends in place: no padding, no copying, and rows join and leave
 * between steps.
 *
 * <p>Owns the memory. Needs no clearing: a row's length says what of it is meant.
 */
final class KvArena implements AutoCloseable {

    private final DeviceContext context;
    private final TextConfig text;
    private final ElementType type;
    private final int capacity;
    private final List<Block> blocks = new ArrayList<>();
    private final int[] lengths;

    KvArena(DeviceContext context, TextConfig text, ElementType type, int rows, int capacity) {
        this.context = context;
        this.text = text;
        this.type = type;
        this.capacity = capacity;
        this.lengths = new int[rows];
        try {
            for (int layer = 0; layer < text.layers(); layer++) {
                for (Cache cache : Cache.values()) {
                    blocks.add(new Block(layer, cache, context.allocate(rowBytes() * rows)));
                }
            }
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Bytes that a sequence of full length takes, over all layers. */
    static long bytesPerRow(TextConfig text, ElementType type, int capacity) {
        return 2L * text.layers() * type.bytes(text.kvHeads(), capacity, text.headDim());
    }

    private long rowBytes() {
        return type.bytes(text.kvHeads(), capacity, text.headDim());
    }

    /** Tokens in a row. */
    int length(int row) {
        return lengths[row];
    }

    void setLength(int row, int length) {
        if (length < 0 || length >= capacity) {
            throw new IllegalArgumentException(
                    "Row " + row + " would hold " + length + " of " + (capacity - 1) + " tokens");
        }
        lengths[row] = length;
    }

    /**
     * Binds neighbouring rows as past and present of every layer; the caller releases the tensors.
     */
    List<Pointer> bind(Binding binding, int firstRow, int rows) {
        List<Pointer> tensors = new ArrayList<>();
        for (Block block : blocks) {
            Pointer tensor =
                    context.deviceTensor(
                            block.memory().share(firstRow * rowBytes()),
                            type,
                            rows,
                            text.kvHeads(),
                            capacity,
                            text.headDim());
            tensors.add(tensor);
            binding.input(DecoderGraph.past(block.layer(), block.cache()), tensor);
            binding.output(DecoderGraph.present(block.layer(), block.cache()), tensor);
        }
        return tensors;
    }

    @Override
    public void close() {
        blocks.forEach(block -> context.free(block.memory()));
        blocks.clear();
    }

    /** The keys or the values of one layer, {@code [rows, kvHeads, capacity, headDim]}. */
    private record Block(int layer, Cache cache, Pointer memory) {}
}
