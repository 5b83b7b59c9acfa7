package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.onnx.DecoderSignature.Cache;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Puts rows side by side that were not so far: copies their keys and values, the shorter ones
 * behind zeros. This happens when rows join or leave, not at every step.
 */
final class KvBlockBuilder {

    private final OrtEnvironment environment;
    private final List<Cache> caches;
    private final TensorLedger ledger;

    KvBlockBuilder(OrtEnvironment environment, List<Cache> caches, TensorLedger ledger) {
        this.environment = environment;
        this.caches = caches;
        this.ledger = ledger;
    }

    /** The past of a row that has none, {@code [1, kvHeads, 0, headDim]} in each layer. */
    KvBlock empty() {
        return block(1, 0, (tensor, cache) -> ByteBuffer.allocateDirect(0));
    }

    /** A block of copies; the rows stay where they are. */
    KvBlock copy(List<ExportedCache> rows) {
        int positions = rows.stream().mapToInt(ExportedCache::length).max().orElseThrow();
        return block(
                rows.size(), positions, (tensor, cache) -> copy(rows, positions, tensor, cache));
    }

    private KvBlock block(int rows, int positions, Contents contents) {
        List<OnnxTensor> tensors = new ArrayList<>();
        try {
            for (int i = 0; i < caches.size(); i++) {
                Cache cache = caches.get(i);
                tensors.add(
                        ledger.opened(
                                OnnxTensor.createTensor(
                                        environment,
                                        contents.of(i, cache),
                                        new long[] {
                                            rows, cache.kvHeads(), positions, cache.headDim()
                                        },
                                        cache.past().elements().java())));
            }
            return new KvBlock(tensors, rows, positions, ledger);
        } catch (OrtException | RuntimeException e) {
            tensors.forEach(ledger::close);
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, "Cannot put rows side by side: " + e, e);
        }
    }

    private static ByteBuffer copy(
            List<ExportedCache> rows, int positions, int tensor, Cache cache) {
        int width = Math.toIntExact(cache.past().elements().bytes(cache.headDim()));
        // Zeros in front of what is shorter: masked, but they must be numbers.
        ByteBuffer target =
                ByteBuffer.allocateDirect(
                        Math.multiplyExact(
                                rows.size() * cache.kvHeads(),
                                Math.multiplyExact(positions, width)));
        Map<KvBlock, ByteBuffer> sources = new HashMap<>();
        for (int i = 0; i < rows.size(); i++) {
            ExportedCache row = rows.get(i);
            KvBlock from = row.block().orElseThrow();
            ByteBuffer source =
                    sources.computeIfAbsent(
                            from, block -> block.tensors().get(tensor).getByteBuffer());
            for (int head = 0; head < cache.kvHeads(); head++) {
                int end = (row.index() * cache.kvHeads() + head + 1) * from.positions();
                int targetEnd = (i * cache.kvHeads() + head + 1) * positions;
                target.put(
                        (targetEnd - row.length()) * width,
                        source,
                        (end - row.length()) * width,
                        row.length() * width);
            }
        }
        return target;
    }

    private interface Contents {
        ByteBuffer of(int tensor, Cache cache);
    }
}
