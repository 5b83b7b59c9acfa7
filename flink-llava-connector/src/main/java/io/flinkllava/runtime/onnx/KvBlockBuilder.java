package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxTensor;
import com.sun.jna.Memory;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.onnx.DecoderSignature.Cache;

import java.util.ArrayList;
import java.util.List;

/**
 * Puts rows side by side that were not so far: copies their keys and values, the shorter ones
 * behind zeros. This happens when rows join or leave, not at every step.
 */
final class KvBlockBuilder {

    private final List<Cache> caches;
    private final HostTensors host;

    KvBlockBuilder(List<Cache> caches, HostTensors host) {
        this.caches = caches;
        this.host = host;
    }

    /** The past of a row that has none, {@code [1, kvHeads, 0, headDim]} in each layer. */
    KvBlock empty() {
        return block(1, 0, (target, tensor) -> {});
    }

    /** A block of copies; the rows stay where they are. */
    KvBlock copy(List<ExportedCache> rows) {
        int positions = rows.stream().mapToInt(ExportedCache::length).max().orElseThrow();
        return block(
                rows.size(),
                positions,
                (target, tensor) -> {
                    for (int i = 0; i < rows.size(); i++) {
                        copy(rows.get(i), tensor, target, i, positions);
                    }
                });
    }

    private KvBlock block(int rows, int positions, Contents contents) {
        List<OnnxTensor> tensors = new ArrayList<>();
        try {
            for (int i = 0; i < caches.size(); i++) {
                Cache cache = caches.get(i);
                int tensor = i;
                tensors.add(
                        host.create(
                                cache.past().elements(),
                                memory -> contents.write(memory, tensor),
                                rows,
                                cache.kvHeads(),
                                positions,
                                cache.headDim()));
            }
            return new KvBlock(tensors, rows, positions, host);
        } catch (RuntimeException | Error e) {
            tensors.forEach(host::close);
            throw e;
        }
    }

    private void copy(ExportedCache row, int tensor, Memory target, int index, int positions) {
        Cache cache = caches.get(tensor);
        KvBlock from = row.block().orElseThrow();
        Pointer source = host.elements(from.tensors().get(tensor));
        long width = cache.past().elements().bytes(cache.headDim());
        long bytes = row.length() * width;
        long padding = (positions - row.length()) * width;
        for (int head = 0; head < cache.kvHeads(); head++) {
            long start = ((long) index * cache.kvHeads() + head) * positions * width;
            long end = ((long) row.index() * cache.kvHeads() + head + 1) * from.positions() * width;
            // Zeros in front of what is shorter: masked, but they must be numbers.
            target.setMemory(start, padding, (byte) 0);
            target.getByteBuffer(start + padding, bytes)
                    .put(source.getByteBuffer(end - bytes, bytes));
        }
    }

    private interface Contents {
        void write(Memory target, int tensor);
    }
}
