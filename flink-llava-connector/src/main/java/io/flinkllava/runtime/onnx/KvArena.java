package io.flinkllava.runtime.onnx;

import com.sun.jna.Pointer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.DecoderGraph.Cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

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
    private final int headDim;
    private final List<Block> blocks = new ArrayList<>();
    private final int[] lengths;

    KvArena(DeviceContext context, TextConfig text, ElementType type, int rows, int capacity) {
        this.context = context;
        this.text = text;
        this.type = type;
        this.capacity = capacity;
        this.headDim = DecoderGraph.headDim(text);
        try {
            for (int layer = 0; layer < text.layers(); layer++) {
                for (Cache cache : Cache.values()) {
                    blocks.add(new Block(layer, cache, context.allocate(rowBytes() * rows)));
                }
            }
        } catch (LlavaException e) {
            close();
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    String.format(
                            Locale.ROOT,
                            "The KV cache of %d rows of %d positions takes %.1f GiB, which is more"
                                    + " than there is: lower max-batch-size or"
                                    + " max-sequence-length",
                            rows,
                            capacity,
                            bytes(rows) / (1 << 30)),
                    e);
        }
        this.lengths = new int[rows];
    }

    private double bytes(int rows) {
        return 2.0 * text.layers() * rows * rowBytes();
    }

    private long rowBytes() {
        return type.bytes(text.kvHeads(), capacity, headDim);
    }

    int rows() {
        return lengths.length;
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

    /** Lets a row hold its first positions only. */
    void cut(int row, int length) {
        if (length > lengths[row]) {
            throw new IllegalArgumentException(
                    "Row " + row + " holds " + lengths[row] + " tokens, not " + length);
        }
        lengths[row] = length;
    }

    /**
     * Copies the first positions of a row over another's, which holds nothing else then. Only where
     * the memory is the host's.
     */
    void copy(int fromRow, int toRow, int length) {
        if (length > lengths[fromRow]) {
            throw new IllegalArgumentException(
                    "Row " + fromRow + " holds " + lengths[fromRow] + " tokens, not " + length);
        }
        lengths[toRow] = 0;
        long headBytes = type.bytes(capacity, headDim);
        long bytes = type.bytes(length, headDim);
        for (Block block : blocks) {
            for (int head = 0; head < text.kvHeads(); head++) {
                ByteBuffer from =
                        block.memory()
                                .getByteBuffer(fromRow * rowBytes() + head * headBytes, bytes);
                block.memory()
                        .getByteBuffer(toRow * rowBytes() + head * headBytes, bytes)
                        .put(from);
            }
        }
        lengths[toRow] = length;
    }

    /** Binds neighbouring rows as past and present of every layer. */
    void bind(Binding binding, int firstRow, int rows) {
        for (Block block : blocks) {
            TensorView tensor =
                    binding.keep(
                            context.deviceTensor(
                                    block.memory().share(firstRow * rowBytes()),
                                    type,
                                    rows,
                                    text.kvHeads(),
                                    capacity,
                                    headDim));
            binding.input(DecoderGraph.past(block.layer(), block.cache()), tensor);
            binding.output(DecoderGraph.present(block.layer(), block.cache()), tensor);
        }
    }

    @Override
    public void close() {
        blocks.forEach(block -> context.free(block.memory()));
        blocks.clear();
    }

    /** The keys or the values of one layer, {@code [rows, kvHeads, capacity, headDim]}. */
    private record Block(int layer, Cache cache, Pointer memory) {}
}
