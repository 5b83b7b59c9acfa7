package io.flinkllava.runtime.onnx;

import java.util.List;
import java.util.Optional;

/** Where the keys and values of one row are: alone or side by side with those of others. */
final class ExportedCache implements AutoCloseable {

    private Optional<KvBlock> block = Optional.empty();
    private int index;
    private int length;

    /** Tokens that the row remembers. */
    int length() {
        return length;
    }

    /** Which row of the block it is. */
    int index() {
        return index;
    }

    /** Empty at first. */
    Optional<KvBlock> block() {
        return block;
    }

    /** Whether some rows are a block as they stand, all of it and in its order. */
    static Optional<KvBlock> shared(List<ExportedCache> rows) {
        Optional<KvBlock> first = rows.get(0).block;
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i).index != i || !rows.get(i).block.equals(first)) {
                return Optional.empty();
            }
        }
        return first.filter(block -> block.rows() == rows.size());
    }

    /** Moves to another block, and closes the former one if this was its last row. */
    void moveTo(KvBlock newBlock, int newIndex, int newLength) {
        close();
        newBlock.join(this);
        block = Optional.of(newBlock);
        index = newIndex;
        length = newLength;
    }

    /** Forgets everything; may be used again. */
    @Override
    public void close() {
        block.ifPresent(former -> former.leave(this));
        block = Optional.empty();
        length = 0;
    }
}
