package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.image.PixelValues;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.List;

/** Vision tower and projector: tiles become feature vectors that stay on the device. */
final class VisionTower implements AutoCloseable {

    private final OnnxSession session;
    private final Binding binding;
    private final LlavaConfig config;
    private final HostBuffer pixels = new HostBuffer();
    private final HostBuffer poolIndexes = new HostBuffer();

    VisionTower(DeviceContext context, OnnxSession session, LlavaConfig config) {
        this.session = session;
        this.binding = new Binding(context, session);
        this.config = config;
    }

    /**
     * Runs the tower.
     *
     * @param poolStride how many features become one in each direction, see {@link VisionGraph}
     * @param features receives the vectors of all tiles
     */
    void encode(List<PixelValues> tiles, int poolStride, DeviceVectors features) {
        int end = 0;
        for (int from = 0; from < tiles.size(); from += RunLimits.TILES) {
            List<PixelValues> some =
                    tiles.subList(from, Math.min(from + RunLimits.TILES, tiles.size()));
            int count = some.size() * featuresPerTile(poolStride);
            try (TensorView output = features.tensor(end, count)) {
                run(some, poolStride, output);
            }
            end += count;
        }
    }

    private int featuresPerTile(int poolStride) {
        int pooledSide = config.vision().patchesPerSide() / poolStride;
        return poolStride == 1 ? config.featuresPerTile() : pooledSide * pooledSide;
    }

    private void run(List<PixelValues> tiles, int poolStride, TensorView output) {
        VisionConfig vision = config.vision();
        binding.input(
                VisionGraph.PIXEL_VALUES,
                gather(tiles),
                ElementType.FLOAT32,
                tiles.size(),
                vision.channels(),
                vision.imageSize(),
                vision.imageSize());
        if (VisionGraph.pools(config)) {
            bindPooling(tiles.size(), poolStride);
        }
        binding.output(VisionGraph.IMAGE_FEATURES, output);
        binding.run();
    }

    private ByteBuffer gather(List<PixelValues> tiles) {
        ByteBuffer memory = pixels.ofSize(pixelBytes(tiles));
        FloatBuffer values = memory.asFloatBuffer();
        tiles.forEach(tile -> values.put(tile.values()));
        return memory;
    }

    private static long pixelBytes(List<PixelValues> tiles) {
        return ElementType.FLOAT32.bytes(
                tiles.stream().mapToLong(tile -> tile.values().length).sum());
    }

    private void bindPooling(int tiles, int stride) {
        int side = config.vision().patchesPerSide();
        int pooled = side / stride;
        int rows = tiles * pooled * pooled;
        int square = stride * stride;
        ByteBuffer memory = poolIndexes.ofSize(ElementType.INT64.bytes(rows, square));
        for (int row = 0; row < rows; row++) {
            int tile = row / (pooled * pooled);
            int y = row / pooled % pooled * stride;
            int x = row % pooled * stride;
            for (int i = 0; i < square; i++) {
                memory.putLong((tile * side + y + i / stride) * (long) side + x + i % stride);
            }
        }
        binding.input(VisionGraph.POOL_INDEXES, memory, ElementType.INT64, rows, square);
    }

    @Override
    public void close() {
        binding.close();
        session.close();
    }
}
