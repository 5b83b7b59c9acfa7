package io.flinkllava.runtime.image;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.checkpoint.VideoLayout;
import io.flinkllava.runtime.checkpoint.VideoLayout.Pooling;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Pictures and videos become what a checkpoint's tower sees: cut, resampled, normalised, with the
 * recipe for their tokens.
 *
 * <p>Immutable and thread-safe.
 */
public final class VisualProcessor {

    /** Less is not worth the blur, says {@code pack_image_features}. */
    private static final double LEAST_SCALING = 1.1;

    private final LlavaConfig config;
    private final ImageProcessor images;
    private final ImageProcessor squares;
    private final ImageProcessor frames;

    /**
     * Prepares the processors.
     *
     * @param image how pictures are processed
     * @param video how the frames of videos are processed
     */
    public VisualProcessor(
            LlavaConfig config, ImageProcessorConfig image, ImageProcessorConfig video) {
        this.config = config;
        this.images = new ImageProcessor(image);
        this.squares = new ImageProcessor(image.paddedToSquare());
        this.frames = new ImageProcessor(video);
    }

    /**
     * Processes a picture at full resolution.
     *
     * @throws LlavaException INPUT if it is so elongated that nothing of it would be left
     */
    public VisualInput image(RgbImage image) {
        return config.images() instanceof Anyres anyres
                ? tiled(image, anyres)
                : new VisualInput(
                        List.of(images.process(image)),
                        1,
                        FeaturePacking.identity(config.featuresPerTile()));
    }

    /**
     * Processes one of several pictures as one tile, padded to a square where the family has tiles
     * at all ({@code LlavaOnevisionImageProcessor} with more than one picture in a sample).
     */
    public VisualInput oneTile(RgbImage image) {
        if (!(config.images() instanceof Anyres)) {
            return image(image);
        }
        FeaturePacking.Builder packing = new FeaturePacking.Builder(config.featuresPerTile());
        FeatureGrid.of(0, config.vision().patchesPerSide(), 1, 1).appendTo(packing, false);
        return new VisualInput(List.of(squares.process(image)), 1, packing.newline().build());
    }

    /**
     * The tokens that a picture of this size becomes, if it is alone or cut like one that is.
     *
     * @throws LlavaException as {@link #image}
     */
    public int imageTokens(int width, int height) {
        return config.images() instanceof Anyres anyres
                ? packing(AnyresGeometry.of(height, width, anyres.pinpoints()), anyres).tokens()
                : config.featuresPerTile();
    }

    /** The most tokens that one picture can become, whatever its shape. */
    public int mostImageTokens() {
        if (!(config.images() instanceof Anyres anyres)) {
            return config.featuresPerTile();
        }
        return anyres.pinpoints().stream()
                .map(size -> new AnyresGeometry(size.height(), size.width(), size))
                .mapToInt(whole -> packing(whole, anyres).tokens())
                .max()
                .orElseThrow();
    }

    private VisualInput tiled(RgbImage image, Anyres anyres) {
        AnyresGeometry geometry =
                AnyresGeometry.of(image.height(), image.width(), anyres.pinpoints());
        return new VisualInput(
                images.tiles(image, geometry, config.vision().imageSize()),
                1,
                packing(geometry, anyres));
    }

    /** The overview, then what shows the picture of the grid, scaled down if that is too much. */
    private FeaturePacking packing(AnyresGeometry geometry, Anyres anyres) {
        int side = config.vision().patchesPerSide();
        int tileRows = geometry.best().height() / config.vision().imageSize();
        int tileColumns = geometry.best().width() / config.vision().imageSize();
        FeaturePacking.Builder packing =
                new FeaturePacking.Builder((1 + tileRows * tileColumns) * side * side);
        FeatureGrid.of(0, side, 1, 1).appendTo(packing, false);
        FeatureGrid whole = FeatureGrid.of(side * side, side, tileRows, tileColumns);
        FeatureGrid seen = whole.crop(geometry.unpadded(whole.columns(), whole.rows()));
        double ratio =
                anyres.maxTiles().isPresent()
                        ? Math.sqrt(
                                (double) (seen.rows() * seen.columns())
                                        / (anyres.maxTiles().getAsInt() * side * side))
                        : 0;
        if (ratio <= LEAST_SCALING) {
            seen.appendTo(packing, true);
            return packing.build();
        }
        int rows = floorDivide(seen.rows(), ratio);
        int columns = floorDivide(seen.columns(), ratio);
        if (rows == 0 || columns == 0) {
            throw LlavaException.input(
                    "A picture of "
                            + geometry.width()
                            + " x "
                            + geometry.height()
                            + " pixels is too elongated for this model: nothing of it would be"
                            + " left");
        }
        seen.appendScaledTo(packing, rows, columns, true);
        return packing.build();
    }

    /** {@code int(a // b)} of Python, which is not the floor of the rounded quotient. */
    private static int floorDivide(int a, double b) {
        double quotient = (a - a % b) / b;
        double floor = Math.floor(quotient);
        return (int) (quotient - floor > 0.5 ? floor + 1 : floor);
    }

    /**
     * Processes the frames of a video, one after the other.
     *
     * @param video at least one frame
     * @throws LlavaException INPUT if the family sees no videos or the frames differ in size
     */
    public VisualInput video(Stream<RgbImage> video) {
        VideoLayout layout = requireVideos();
        List<PixelValues> tiles = frames(video.iterator());
        int side = config.vision().patchesPerSide();
        if (layout.pooling() != Pooling.BILINEAR) {
            int pooled = side / layout.stride();
            return new VisualInput(
                    tiles,
                    layout.stride(),
                    FeaturePacking.identity(tiles.size() * pooled * pooled));
        }
        FeaturePacking.Builder packing = new FeaturePacking.Builder(tiles.size() * side * side);
        int scaled = (side + layout.stride() - 1) / layout.stride();
        for (int frame = 0; frame < tiles.size(); frame++) {
            FeatureGrid.of(frame * side * side, side, 1, 1)
                    .appendScaledTo(packing, scaled, scaled, false);
        }
        if (layout.newline()) {
            packing.newline();
        }
        return new VisualInput(tiles, 1, packing.build());
    }

    /**
     * How this family sees videos.
     *
     * @throws LlavaException INPUT if it sees none
     */
    public VideoLayout requireVideos() {
        return config.video()
                .orElseThrow(
                        () ->
                                LlavaException.input(
                                        "The request has a video, but models of the family "
                                                + config.modelType()
                                                + " see pictures only: send some frames as"
                                                + " pictures"));
    }

    private List<PixelValues> frames(Iterator<RgbImage> video) {
        RgbImage frame = video.next();
        int width = frame.width();
        int height = frame.height();
        List<PixelValues> tiles = new ArrayList<>(List.of(frames.process(frame)));
        while (video.hasNext()) {
            frame = video.next();
            if (frame.width() != width || frame.height() != height) {
                throw LlavaException.input(
                        "Frame "
                                + (tiles.size() + 1)
                                + " of the video has "
                                + frame.width()
                                + " x "
                                + frame.height()
                                + " pixels, the first has "
                                + width
                                + " x "
                                + height
                                + ": the frames of a video have one size");
            }
            tiles.add(frames.process(frame));
        }
        return tiles;
    }
}
