package io.flinkllava.runtime.image;

/**
 * The fixed-point weights of one axis, as Pillow computes them: for every output position the first
 * input position and a row of weights that sum to one.
 *
 * <p>Only a window of the output is covered, so a crop after the resize costs nothing.
 */
final class ResampleAxis {

    /** Fractional bits of a weight: 32 less 8 of a colour and 2 of headroom. */
    static final int PRECISION = 22;

    private final int taps;
    private final int[] first;
    private final int[] counts;
    private final int[] weights;

    private ResampleAxis(int length, int taps) {
        this.taps = taps;
        this.first = new int[length];
        this.counts = new int[length];
        this.weights = new int[length * taps];
    }

    /**
     * Weights of the output positions {@code from} to {@code from + length}.
     *
     * @param in pixels before
     * @param out pixels after, of which the window is a part
     */
    static ResampleAxis of(ResampleFilter filter, int in, int out, int from, int length) {
        return filter == ResampleFilter.NEAREST
                ? nearest(in, out, from, length)
                : weighted(filter, in, out, from, length);
    }

    private static ResampleAxis weighted(
            ResampleFilter filter, int in, int out, int from, int length) {
        double scale = (double) in / out;
        double filterScale = Math.max(scale, 1);
        double support = filter.support() * filterScale;
        ResampleAxis axis =
                new ResampleAxis(length, Math.min(in, (int) Math.ceil(support) * 2 + 1));
        double[] row = new double[axis.taps];
        for (int i = 0; i < length; i++) {
            double centre = (from + i + 0.5) * scale;
            int low = Math.max((int) (centre - support + 0.5), 0);
            int count = Math.min((int) (centre + support + 0.5), in) - low;
            double sum = 0;
            for (int k = 0; k < count; k++) {
                row[k] = filter.weight((k + low - centre + 0.5) * (1 / filterScale));
                sum += row[k];
            }
            axis.first[i] = low;
            axis.counts[i] = count;
            axis.quantize(i, row, sum);
        }
        return axis;
    }

    private void quantize(int position, double[] row, double sum) {
        for (int k = 0; k < counts[position]; k++) {
            double weight = sum == 0 ? row[k] : row[k] / sum;
            weights[position * taps + k] =
                    (int) (weight * (1 << PRECISION) + (weight < 0 ? -0.5 : 0.5));
        }
    }

    // Positions add up, as in Pillow: multiplying instead rounds differently on ties.
    private static ResampleAxis nearest(int in, int out, int from, int length) {
        ResampleAxis axis = new ResampleAxis(length, 1);
        double step = (double) in / out;
        double position = step * 0.5;
        for (int i = 0; i < from + length; i++) {
            if (i >= from) {
                axis.first[i - from] = Math.min((int) position, in - 1);
                axis.counts[i - from] = 1;
                axis.weights[i - from] = 1 << PRECISION;
            }
            position += step;
        }
        return axis;
    }

    int length() {
        return first.length;
    }

    /** The first input position that any output position needs. */
    int start() {
        return first[0];
    }

    /** One past the last input position that any output position needs. */
    int end() {
        int last = first.length - 1;
        return first[last] + counts[last];
    }

    int first(int position) {
        return first[position];
    }

    int count(int position) {
        return counts[position];
    }

    int weight(int position, int tap) {
        return weights[position * taps + tap];
    }
}
