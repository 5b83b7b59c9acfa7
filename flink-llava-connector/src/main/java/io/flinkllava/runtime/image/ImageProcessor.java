package io.flinkllava.runtime.image;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.ShortestEdge;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Turns a picture into what the vision tower was trained on, as the checkpoint's own processor file
 * says: pad to a square, resize, crop the centre, rescale, normalise.
 *
 * <p>Equal bit for bit to the PIL backend of Hugging Face transformers ({@code
 * CLIPImageProcessorPil}, {@code LlavaImageProcessorPil}, {@code SiglipImageProcessorPil}): 8-bit
 * colours until the rescale, which is computed in float64 and stored as float32, then float32.
 *
 * <p>Immutable and thread-safe.
 */
final class ImageProcessor {

    private static final RgbImage BLACK = new RgbImage(1, 1, new byte[3]);

    private static final long MAX_OUTPUT_PIXELS = 64_000_000;

    private final ImageProcessorConfig config;
    private final Resampler resampler;
    private final float[][] normalized = new float[3][256];
    private final byte[] background = new byte[3];

    /**
     * Prepares the tables.
     *
     * @throws IllegalArgumentException if {@code resample} is no code of PIL, or mean or std are
     *     not of three channels
     */
    ImageProcessor(ImageProcessorConfig config) {
        if (config.mean().size() != 3 || config.std().size() != 3) {
            throw new IllegalArgumentException(
                    "image_mean and image_std must have 3 values, but are "
                            + config.mean()
                            + " and "
                            + config.std());
        }
        this.config = config;
        this.resampler = new Resampler(ResampleFilter.of(config.resample()));
        for (int channel = 0; channel < 3; channel++) {
            float mean = config.mean().get(channel);
            float std = config.std().get(channel);
            for (int colour = 0; colour < 256; colour++) {
                float rescaled = (float) (colour * config.rescaleFactor());
                normalized[channel][colour] = (rescaled - mean) / std;
            }
            // The file's decimal number, not its nearest float: 0.7 * 255 must stay 178.5.
            background[channel] = (byte) (Double.parseDouble(Float.toString(mean)) * 255);
        }
    }

    /**
     * Computes the pixel values.
     *
     * @throws LlavaException with code INPUT, if the picture is so elongated that the file's resize
     *     without a crop would make it enormous
     */
    PixelValues process(RgbImage image) {
        RgbRows source =
                config.padToSquare() ? new SquarePadding(image, background) : RgbRows.of(image);
        Size resized = resizedSize(source);
        Size size = config.centerCrop().orElse(resized);
        if ((long) size.height() * size.width() > MAX_OUTPUT_PIXELS) {
            throw LlavaException.input(
                    "A picture of "
                            + image.width()
                            + " x "
                            + image.height()
                            + " pixels would be resized to "
                            + size.width()
                            + " x "
                            + size.height()
                            + ": too elongated for this model");
        }
        int left = Math.floorDiv(resized.width() - size.width(), 2);
        int top = Math.floorDiv(resized.height() - size.height(), 2);
        Window window =
                new Window(
                        Math.max(left, 0),
                        Math.max(top, 0),
                        Math.min(size.width(), resized.width()),
                        Math.min(size.height(), resized.height()));
        RgbImage visible = resampler.resize(source, resized.width(), resized.height(), window);
        return normalize(visible, size, Math.max(-left, 0), Math.max(-top, 0));
    }

    /**
     * Cuts a picture into an overview, which does not keep the aspect ratio, and the tiles of its
     * best resolution, row by row, black where the picture does not reach ({@code
     * LlavaNextImageProcessorPil.get_image_patches}).
     *
     * @param tile side of a tile in pixels
     */
    List<PixelValues> tiles(RgbImage image, AnyresGeometry geometry, int tile) {
        Size side = new Size(tile, tile);
        RgbRows source = RgbRows.of(image);
        List<PixelValues> tiles = new ArrayList<>();
        tiles.add(normalize(resampler.resize(source, tile, tile), side, 0, 0));
        Size best = geometry.best();
        Size resized = geometry.resized();
        int left = (best.width() - resized.width()) / 2;
        int top = (best.height() - resized.height()) / 2;
        RgbImage whole = resampler.resize(source, resized.width(), resized.height());
        for (int y = -top; y < best.height() - top; y += tile) {
            for (int x = -left; x < best.width() - left; x += tile) {
                tiles.add(cut(whole, x, y, side));
            }
        }
        return tiles;
    }

    /** A tile whose corner lies at (x, y) of the picture, and may lie outside. */
    private PixelValues cut(RgbImage image, int x, int y, Size tile) {
        Window seen =
                Window.overlap(image.width(), image.height(), x, y, tile.width(), tile.height());
        return seen.isEmpty()
                ? normalize(BLACK, tile, 0, 0)
                : normalize(image.part(seen), tile, seen.x() - x, seen.y() - y);
    }

    private Size resizedSize(RgbRows source) {
        int width = source.width();
        int height = source.height();
        if (config.resize().isEmpty()) {
            return new Size(height, width);
        }
        if (config.resize().get() instanceof ShortestEdge edge) {
            long longer = Math.max(width, height);
            int resized = (int) ((double) (edge.pixels() * longer) / Math.min(width, height));
            return width <= height
                    ? new Size(resized, edge.pixels())
                    : new Size(edge.pixels(), resized);
        }
        return (Size) config.resize().get();
    }

    // What a crop larger than the picture adds is black before the normalisation.
    private PixelValues normalize(RgbImage image, Size size, int left, int top) {
        int plane = size.height() * size.width();
        float[] values = new float[3 * plane];
        for (int channel = 0; channel < 3; channel++) {
            float[] table = normalized[channel];
            if (image.height() < size.height() || image.width() < size.width()) {
                Arrays.fill(values, channel * plane, (channel + 1) * plane, table[0]);
            }
            for (int y = 0; y < image.height(); y++) {
                int in = 3 * y * image.width() + channel;
                int out = channel * plane + (top + y) * size.width() + left;
                for (int x = 0; x < image.width(); x++, in += 3) {
                    values[out + x] = table[image.rgb()[in] & 0xff];
                }
            }
        }
        return new PixelValues(size.height(), size.width(), values);
    }
}
