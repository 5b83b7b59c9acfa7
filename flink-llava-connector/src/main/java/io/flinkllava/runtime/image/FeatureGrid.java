package io.flinkllava.runtime.image;

/**
 * The features of one or several tiles as one map {@code [rows, columns]}, seen through a window.
 *
 * @param first index of the map's first feature
 * @param side features of a tile in each direction
 * @param tileColumns tiles beside each other
 * @param window the part of the map that is seen
 */
record FeatureGrid(int first, int side, int tileColumns, Window window) {

    /** The whole map of some tiles. */
    static FeatureGrid of(int first, int side, int tileRows, int tileColumns) {
        return new FeatureGrid(
                first, side, tileColumns, Window.all(tileColumns * side, tileRows * side));
    }

    FeatureGrid crop(Window part) {
        return new FeatureGrid(first, side, tileColumns, part);
    }

    int rows() {
        return window.height();
    }

    int columns() {
        return window.width();
    }

    private int index(int row, int column) {
        int y = window.y() + row;
        int x = window.x() + column;
        int tile = y / side * tileColumns + x / side;
        return first + (tile * side + y % side) * side + x % side;
    }

    /** Appends all features, row after row, each row with a newline behind it if wanted. */
    void appendTo(FeaturePacking.Builder packing, boolean newlines) {
        for (int row = 0; row < rows(); row++) {
            for (int column = 0; column < columns(); column++) {
                packing.feature(index(row, column));
            }
            if (newlines) {
                packing.newline();
            }
        }
    }

    /**
     * Appends the map scaled to another size, as {@code torch.nn.functional.interpolate} does with
     * {@code mode="bilinear"}: no antialiasing, corners not aligned, positions in float32.
     */
    void appendScaledTo(
            FeaturePacking.Builder packing, int toRows, int toColumns, boolean newlines) {
        for (int row = 0; row < toRows; row++) {
            Blend y = Blend.of(row, rows(), toRows);
            for (int column = 0; column < toColumns; column++) {
                Blend x = Blend.of(column, columns(), toColumns);
                packing.tap(index(y.low(), x.low()), (1 - y.share()) * (1 - x.share()))
                        .tap(index(y.low(), x.high()), (1 - y.share()) * x.share())
                        .tap(index(y.high(), x.low()), y.share() * (1 - x.share()))
                        .tap(index(y.high(), x.high()), y.share() * x.share());
            }
            if (newlines) {
                packing.newline();
            }
        }
    }

    /** Two neighbours on an axis, and the share of the higher one. */
    private record Blend(int low, int high, float share) {

        static Blend of(int target, int from, int to) {
            float scale = (float) from / to;
            float position = Math.max(scale * (target + 0.5f) - 0.5f, 0);
            int low = Math.min((int) position, from - 1);
            return new Blend(low, Math.min(low + 1, from - 1), position - low);
        }
    }
}
