package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.graph.DecoderGraph;

import java.nio.ByteBuffer;

/**
 * The decoder bound to some neighbouring rows of the arena. Made once for each range of rows that
 * occurs and kept: binding every layer anew at every step would cost more than it gives.
 */
final class DecoderView implements AutoCloseable {

    private final Binding binding;
    private final int rows;
    private final HostBuffer ids = new HostBuffer();
    private final HostBuffer imagePositions = new HostBuffer();
    private final ByteBuffer lengths;
    private final ByteBuffer totalLength;
    private final ByteBuffer lastPositions;

    DecoderView(
            DeviceContext context,
            OnnxSession session,
            KvArena arena,
            Range range,
            HostScores scores) {
        this.rows = range.rows();
        this.binding = new Binding(context, session);
        this.lengths = new HostBuffer().ofSize(ElementType.INT32.bytes(rows));
        this.totalLength = new HostBuffer().ofSize(ElementType.INT32.bytes());
        this.lastPositions = new HostBuffer().ofSize(ElementType.INT64.bytes(rows));
        try {
            arena.bind(binding, range.firstRow(), rows);
            scores.bind(binding, rows, range.logits());
        } catch (RuntimeException | Error e) {
            binding.close();
            throw e;
        }
    }

    /**
     * Runs one step.
     *
     * @param tokenIds {@code [rows, sequence]}, row after row
     * @param lengthsAfter tokens in each row when the step is over
     * @param images what goes in place of image tokens
     */
    void run(int[] tokenIds, int[] lengthsAfter, ImageInput images) {
        int sequence = tokenIds.length / rows;
        bindTokens(tokenIds, sequence);
        bindLengths(lengthsAfter, sequence);
        bindImages(images);
        binding.run();
    }

    private void bindTokens(int[] tokenIds, int sequence) {
        ByteBuffer memory = ids.ofSize(ElementType.INT64.bytes(tokenIds.length));
        for (int i = 0; i < tokenIds.length; i++) {
            memory.putLong(i * Long.BYTES, tokenIds[i]);
        }
        binding.input(DecoderGraph.INPUT_IDS, memory, ElementType.INT64, rows, sequence);
    }

    private void bindLengths(int[] lengthsAfter, int sequence) {
        int longest = 0;
        for (int row = 0; row < rows; row++) {
            longest = Math.max(longest, lengthsAfter[row]);
            lengths.putInt(row * Integer.BYTES, lengthsAfter[row] - 1);
            lastPositions.putLong(row * Long.BYTES, (long) (row + 1) * sequence - 1);
        }
        totalLength.putInt(0, longest);
        binding.input(DecoderGraph.SEQLENS_K, lengths, ElementType.INT32, rows);
        binding.input(DecoderGraph.TOTAL_LENGTH, totalLength, ElementType.INT32);
        binding.input(DecoderGraph.LAST_POSITIONS, lastPositions, ElementType.INT64, rows);
    }

    private void bindImages(ImageInput images) {
        int count = images.positions().length;
        // One slot at least: ONNX Runtime wants an address also for nothing.
        ByteBuffer memory = imagePositions.ofSize(ElementType.INT64.bytes(Math.max(1, count)));
        for (int i = 0; i < count; i++) {
            memory.putLong(i * Long.BYTES, images.positions()[i]);
        }
        binding.input(DecoderGraph.IMAGE_POSITIONS, memory, ElementType.INT64, count, 1);
        binding.input(DecoderGraph.IMAGE_FEATURES, images.features());
    }

    @Override
    public void close() {
        binding.close();
    }

    /** Which rows, and whether their scores come to the host. */
    record Range(int firstRow, int rows, boolean logits) {}

    /**
     * Image features and where they go.
     *
     * @param features device tensor {@code [positions, hidden]}
     * @param positions indexes into the step's tokens
     */
    record ImageInput(TensorView features, int[] positions) {}
}
