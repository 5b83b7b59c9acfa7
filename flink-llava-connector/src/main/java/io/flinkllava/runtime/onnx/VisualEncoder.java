package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.image.VisualInput;

import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Pictures and videos become the vectors that stand at their tokens: the tower sees the tiles, and
 * what it says is packed, unless that is known from an earlier request. Nothing leaves the device.
 */
final class VisualEncoder implements AutoCloseable {

    private final DeviceContext context;
    private final ElementType type;
    private final int width;
    private final VisionTower tower;
    private final Optional<FeaturePacker> packer;
    private final VectorCopy copy;
    private final VisionCache<DeviceVectors> cache;

    /**
     * Takes over the parts.
     *
     * @param packer present where the family has tiles
     * @param cacheBytes device memory for vectors of pictures that were seen
     */
    VisualEncoder(
            DeviceContext context,
            LlavaConfig config,
            ElementType type,
            VisionTower tower,
            Optional<FeaturePacker> packer,
            VectorCopy copy,
            long cacheBytes) {
        this.context = context;
        this.type = type;
        this.width = config.text().hiddenSize();
        this.tower = tower;
        this.packer = packer;
        this.copy = copy;
        this.cache = new VisionCache<>(cacheBytes);
    }

    /**
     * The vectors of a picture, {@code [tokens, hidden]}.
     *
     * @return the caller's share, to be closed when no step reads it any more
     */
    DeviceVectors encode(VisualInput visual) {
        return cache.get(
                visual.key(),
                type.bytes(visual.tokens(), width),
                () -> filled(visual.tokens(), tokens -> see(visual, tokens)));
    }

    /**
     * The vectors of several pictures in one piece.
     *
     * @param parts at least one; they stay their owner's
     * @return the caller's share, to be closed
     */
    DeviceVectors join(List<DeviceVectors> parts) {
        if (parts.size() == 1) {
            parts.get(0).share();
            return parts.get(0);
        }
        int count = parts.stream().mapToInt(DeviceVectors::count).sum();
        return filled(count, all -> copy(parts, all));
    }

    private void copy(List<DeviceVectors> parts, DeviceVectors all) {
        int end = 0;
        for (DeviceVectors part : parts) {
            try (TensorView from = part.tensor(0, part.count());
                    TensorView to = all.tensor(end, part.count())) {
                copy.copy(from, to);
            }
            end += part.count();
        }
    }

    private void see(VisualInput visual, DeviceVectors tokens) {
        if (visual.packing().isIdentity()) {
            tower.encode(visual.tiles(), visual.poolStride(), tokens);
            return;
        }
        int count = visual.packing().features();
        try (DeviceVectors features = new DeviceVectors(context, type, count, width)) {
            tower.encode(visual.tiles(), visual.poolStride(), features);
            try (TensorView from = features.tensor(0, count);
                    TensorView to = tokens.tensor(0, visual.tokens())) {
                packer.orElseThrow().pack(visual.packing(), from, to);
            }
        }
    }

    private DeviceVectors filled(int count, Consumer<DeviceVectors> fill) {
        DeviceVectors vectors = new DeviceVectors(context, type, count, width);
        try {
            fill.accept(vectors);
            return vectors;
        } catch (RuntimeException | Error e) {
            vectors.close();
            throw e;
        }
    }

    VisionCounters counters() {
        return cache.counters();
    }

    @Override
    public void close() {
        cache.close();
        tower.close();
        packer.ifPresent(FeaturePacker::close);
        copy.close();
    }
}
