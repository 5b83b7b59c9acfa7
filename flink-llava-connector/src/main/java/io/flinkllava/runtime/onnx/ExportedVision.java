package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.image.PixelValues;
import io.flinkllava.runtime.image.VisualInput;

import java.nio.FloatBuffer;
import java.util.List;

/** {@code vision_encoder}: tiles become feature vectors, tower and projector in one. */
final class ExportedVision implements AutoCloseable {

    private final ExportedSession session;
    private final LlavaConfig config;
    private final TensorSignature pixels;
    private final TensorSignature features;
    private final int tilesPerRun;

    ExportedVision(ExportedSession session, LlavaConfig config) {
        this.session = session;
        this.config = config;
        int side = config.vision().imageSize();
        this.pixels =
                session.onlyInput()
                        .requireFloats(4)
                        .requireSize(1, config.vision().channels(), "vision_config.num_channels")
                        .requireSize(2, side, "vision_config.image_size")
                        .requireSize(3, side, "vision_config.image_size");
        // Tiles and positions may be one axis.
        this.features = session.output("image_features").requireFloats(2, 3);
        features.requireSize(
                features.rank() - 1, config.text().hiddenSize(), "text_config.hidden_size");
        if (features.rank() == 3) {
            features.requireSize(
                    1,
                    config.featuresPerTile(),
                    "what vision_feature_select_strategy leaves of a tile");
        }
        this.tilesPerRun = tilesPerRun(pixels);
    }

    /** Some exports fix the batch at the one picture that they were traced with. */
    private static int tilesPerRun(TensorSignature pixels) {
        long batch = pixels.shape().get(0);
        if (batch != TensorSignature.DYNAMIC && batch != 1) {
            throw pixels.wrong("dynamic or of size 1 on axis 0");
        }
        return batch == 1 ? 1 : RunLimits.TILES;
    }

    /**
     * Encodes the tiles of a picture or video, {@code [features, hidden]}.
     *
     * @throws LlavaException INPUT for frames that are pooled in front of the projector
     */
    FloatBuffer encode(VisualInput visual) {
        if (visual.poolStride() != 1) {
            throw LlavaException.input(
                    "The request has a video, whose features models of the family "
                            + config.modelType()
                            + " pool in front of the projector, and "
                            + session.file()
                            + " is one graph of both: send frames as pictures, or load the"
                            + " safetensors checkpoint");
        }
        int hidden = config.text().hiddenSize();
        FloatBuffer all = FloatBuffer.allocate(visual.packing().features() * hidden);
        List<PixelValues> tiles = visual.tiles();
        for (int from = 0; from < tiles.size(); from += tilesPerRun) {
            List<PixelValues> some =
                    tiles.subList(from, Math.min(from + tilesPerRun, tiles.size()));
            FloatBuffer part = run(some);
            int expected = some.size() * config.featuresPerTile() * hidden;
            if (part.remaining() != expected) {
                throw LlavaException.model(
                        session.file()
                                + ": makes "
                                + part.remaining() / hidden
                                + " features of "
                                + some.size()
                                + " tiles, by config.json it must be "
                                + expected / hidden
                                + ". Check vision_feature_select_strategy");
            }
            all.put(part);
        }
        return all.flip();
    }

    private FloatBuffer run(List<PixelValues> tiles) {
        int side = config.vision().imageSize();
        int channels = config.vision().channels();
        FloatBuffer values = FloatBuffer.allocate(tiles.size() * channels * side * side);
        tiles.forEach(tile -> values.put(tile.values()));
        try (ExportedRun run = session.prepare()) {
            run.floats(pixels, values.flip(), tiles.size(), channels, side, side);
            run.execute();
            return run.floats(features);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
