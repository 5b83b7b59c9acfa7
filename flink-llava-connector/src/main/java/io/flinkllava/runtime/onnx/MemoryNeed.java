package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.graph.DecoderGraph;

/**
 * What a model takes of its device's memory beside its weights, in bytes.
 *
 * @param perSequence the KV cache of one row
 * @param positions of a row
 * @param vision features that are kept
 * @param scratch what steps take while they run: an estimate that is rather too high
 */
record MemoryNeed(long perSequence, int positions, long vision, long scratch) {

    /**
     * Of a model whose KV cache is one arena.
     *
     * @param positions of a row of the cache
     * @param prefill prompt tokens in one run
     * @param tiles of pictures in one run
     */
    static MemoryNeed of(
            LlavaConfig config,
            ElementType type,
            int positions,
            int prefill,
            int tiles,
            long vision) {
        return new MemoryNeed(
                keysAndValues(config.text(), type, positions, DecoderGraph.headDim(config.text())),
                positions,
                vision,
                Math.max(
                                decoding(
                                        config.text(),
                                        type,
                                        Math.min(prefill, positions),
                                        positions),
                                seeing(config.vision(), type, tiles))
                        // Of all pictures of a prompt, before and behind packing.
                        + 2 * type.bytes(positions, config.text().hiddenSize()));
    }

    /** Where the cache of a sequence is copied when it grows. */
    MemoryNeed withTwoCaches() {
        return new MemoryNeed(2 * perSequence, positions, vision, scratch);
    }

    private static long keysAndValues(
            TextConfig text, ElementType type, int positions, int headDim) {
        return 2L * text.layers() * type.bytes(text.kvHeads(), positions, headDim);
    }

    /** Attention keeps the scores of each new token for all before it; the MLP is the widest. */
    private static long decoding(TextConfig text, ElementType type, int tokens, int positions) {
        return ElementType.FLOAT32.bytes(text.heads(), tokens, positions)
                + type.bytes(tokens, 6L * text.hiddenSize() + 3L * text.intermediateSize());
    }

    private static long seeing(VisionConfig vision, ElementType type, int tiles) {
        long positions = vision.positions();
        return ElementType.FLOAT32.bytes(tiles, vision.heads(), positions, positions)
                + type.bytes(
                        tiles, positions, 6L * vision.hiddenSize() + 2L * vision.intermediateSize())
                + ElementType.FLOAT32.bytes(
                        tiles, vision.channels(), vision.imageSize(), vision.imageSize());
    }
}
