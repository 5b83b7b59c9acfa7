package io.flinkllava.runtime.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.runtime.checkpoint.ImageLayout;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Resize;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.LlavaConfig.FeatureSelect;
import io.flinkllava.runtime.checkpoint.VideoLayout;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;
import io.flinkllava.runtime.checkpoint.VisionConfig;
import io.flinkllava.runtime.checkpoint.VisionConfig.Architecture;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Processors of towers of any size, without a checkpoint around them. */
final class VisualFixtures {

    static final List<Float> CLIP_MEAN = List.of(0.48145467f, 0.4578275f, 0.40821072f);
    static final List<Float> CLIP_STD = List.of(0.26862955f, 0.2613026f, 0.2757771f);
    static final List<Float> HALF = List.of(0.5f, 0.5f, 0.5f);

    private VisualFixtures() {}

    /** LLaVA-NeXT: a square, three by one and what lies between, of tiles of any size. */
    static VisualProcessor next(int tile, int patch) {
        List<Size> pinpoints =
                List.of(
                        new Size(tile, 2 * tile),
                        new Size(2 * tile, tile),
                        new Size(2 * tile, 2 * tile),
                        new Size(3 * tile, tile),
                        new Size(tile, 3 * tile));
        return processor(
                tile,
                patch,
                Architecture.CLIP,
                new Anyres(pinpoints, OptionalInt.empty()),
                Optional.of(new VideoLayout(1, Pooling.AVERAGE, 2, false)),
                clip(tile));
    }

    /** LLaVA-OneVision with a grid of so many tiles in each direction. */
    static VisualProcessor onevision(int tile, int patch, int grid, int maxTiles) {
        List<Size> pinpoints = new ArrayList<>();
        for (int rows = 1; rows <= grid; rows++) {
            for (int columns = 1; columns <= grid; columns++) {
                pinpoints.add(new Size(rows * tile, columns * tile));
            }
        }
        return processor(
                tile,
                patch,
                Architecture.SIGLIP,
                new Anyres(pinpoints, OptionalInt.of(maxTiles)),
                Optional.of(new VideoLayout(1, Pooling.BILINEAR, 2, true)),
                siglip(tile));
    }

    static VisualProcessor processor(
            int tile,
            int patch,
            Architecture architecture,
            ImageLayout images,
            Optional<VideoLayout> video,
            ImageProcessorConfig processor) {
        VisionConfig vision =
                new VisionConfig(architecture, 8, 8, 1, 1, tile, patch, 3, "gelu", 1e-5f);
        LlavaConfig config =
                new LlavaConfig(
                        "some_family",
                        vision,
                        null,
                        null,
                        List.of(-1),
                        architecture == Architecture.CLIP
                                ? FeatureSelect.DEFAULT
                                : FeatureSelect.FULL,
                        0,
                        images,
                        video);
        return new VisualProcessor(config, processor, processor);
    }

    static ImageProcessorConfig clip(int side) {
        return new ImageProcessorConfig(
                false,
                Optional.of(new ShortestEdge(side)),
                3,
                Optional.of(new Size(side, side)),
                1 / 255.0,
                CLIP_MEAN,
                CLIP_STD,
                List.of());
    }

    static ImageProcessorConfig siglip(int side) {
        return new ImageProcessorConfig(
                false,
                Optional.of(new Size(side, side)),
                3,
                Optional.empty(),
                1 / 255.0,
                HALF,
                HALF,
                List.of());
    }

    /** A processor as its file describes it; only keys that the golden data uses. */
    static VisualProcessor fromFile(JsonNode file) {
        List<Size> pinpoints = new ArrayList<>();
        file.get("image_grid_pinpoints")
                .forEach(p -> pinpoints.add(new Size(p.get(0).asInt(), p.get(1).asInt())));
        boolean onevision = file.get("image_processor_type").asText().startsWith("LlavaOnevision");
        int side =
                onevision
                        ? file.get("size").get("height").asInt()
                        : file.get("size").get("shortest_edge").asInt();
        Resize resize = onevision ? new Size(side, side) : new ShortestEdge(side);
        ImageProcessorConfig config =
                new ImageProcessorConfig(
                        false,
                        Optional.of(resize),
                        file.get("resample").asInt(),
                        Optional.empty(),
                        file.get("rescale_factor").asDouble(),
                        floats(file.get("image_mean")),
                        floats(file.get("image_std")),
                        pinpoints);
        return processor(
                side,
                side / 2,
                onevision ? Architecture.SIGLIP : Architecture.CLIP,
                new Anyres(pinpoints, onevision ? OptionalInt.of(9) : OptionalInt.empty()),
                Optional.empty(),
                config);
    }

    private static List<Float> floats(JsonNode numbers) {
        return TestPictures.elements(numbers).map(n -> (float) n.asDouble()).toList();
    }

    /** Applies a recipe: what the graph does on the device. */
    static float[][] pack(FeaturePacking packing, float[][] features, float[] newline) {
        float[][] tokens = new float[packing.tokens()][newline.length];
        for (int token = 0; token < tokens.length; token++) {
            for (int tap = 0; tap < FeaturePacking.TAPS; tap++) {
                int at = token * FeaturePacking.TAPS + tap;
                int index = packing.indexes()[at];
                float[] vector = index == packing.features() ? newline : features[index];
                for (int i = 0; i < newline.length; i++) {
                    tokens[token][i] += packing.weights()[at] * vector[i];
                }
            }
        }
        return tokens;
    }
}
