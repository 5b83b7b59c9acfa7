package io.flinkllava.runtime.image;

import java.util.Arrays;

import static io.flinkllava.runtime.image.ResampleAxis.PRECISION;

/**
 * Resizes as Pillow does, bit for bit ({@code Image.resize} on an RGB picture, {@code
 * src/libImaging/Resample.c}): kernels widen when a picture shrinks, weights are fixed-point, and
 * the picture is rounded to 8 bits between the two passes.
 *
 * <p>Stateless and thread-safe.
 */
final class Resampler {

    private static final int HALF = 1 << (PRECISION - 1);

    private final ResampleFilter filter;

    Resampler(ResampleFilter filter) {
        this.filter = filter;
    }

    RgbImage resize(RgbRows source, int width, int height) {
        return resize(source, width, height, Window.all(width, height));
    }

    /**
     * Computes a window of the resized picture, at the cost of that window.
     *
     * @param width of the whole resized picture
     * @param height of the whole resized picture
     * @param window inside the resized picture
     */
    RgbImage resize(RgbRows source, int width, int height, Window window) {
        ResampleAxis across =
                ResampleAxis.of(filter, source.width(), width, window.x(), window.width());
        ResampleAxis down =
                ResampleAxis.of(filter, source.height(), height, window.y(), window.height());
        // Pillow reduces very tall pictures the other way round, which rounds differently.
        if (source.height() > 100L * source.width() && height < source.height()) {
            RgbImage reduced = vertical(source, down, 0);
            return horizontal(RgbRows.of(reduced), across, 0, reduced.height());
        }
        RgbImage rows = horizontal(source, across, down.start(), down.end());
        return vertical(RgbRows.of(rows), down, down.start());
    }

    private static RgbImage horizontal(RgbRows source, ResampleAxis axis, int from, int to) {
        int stride = 3 * axis.length();
        byte[] target = new byte[Math.multiplyExact(stride, to - from)];
        byte[] row = new byte[3 * source.width()];
        for (int y = from; y < to; y++) {
            source.copyRow(y, row);
            horizontalRow(row, axis, target, (y - from) * stride);
        }
        return new RgbImage(axis.length(), to - from, target);
    }

    private static void horizontalRow(byte[] row, ResampleAxis axis, byte[] target, int offset) {
        int out = offset;
        for (int x = 0; x < axis.length(); x++) {
            int red = HALF;
            int green = HALF;
            int blue = HALF;
            int in = 3 * axis.first(x);
            int count = axis.count(x);
            for (int k = 0; k < count; k++, in += 3) {
                int weight = axis.weight(x, k);
                red += (row[in] & 0xff) * weight;
                green += (row[in + 1] & 0xff) * weight;
                blue += (row[in + 2] & 0xff) * weight;
            }
            target[out++] = clamp(red);
            target[out++] = clamp(green);
            target[out++] = clamp(blue);
        }
    }

    private static RgbImage vertical(RgbRows source, ResampleAxis axis, int firstRow) {
        int stride = 3 * source.width();
        byte[] target = new byte[Math.multiplyExact(stride, axis.length())];
        byte[] row = new byte[stride];
        int[] sums = new int[stride];
        for (int y = 0; y < axis.length(); y++) {
            Arrays.fill(sums, HALF);
            for (int k = 0; k < axis.count(y); k++) {
                source.copyRow(axis.first(y) + k - firstRow, row);
                accumulate(row, axis.weight(y, k), sums);
            }
            for (int i = 0; i < stride; i++) {
                target[y * stride + i] = clamp(sums[i]);
            }
        }
        return new RgbImage(source.width(), axis.length(), target);
    }

    private static void accumulate(byte[] row, int weight, int[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += (row[i] & 0xff) * weight;
        }
    }

    private static byte clamp(int sum) {
        return (byte) Math.max(0, Math.min(255, sum >> PRECISION));
    }
}
