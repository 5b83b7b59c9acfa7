package io.flinkllava.runtime.image;

/** A picture that is read row by row, so that padding and cropping need no copy of the whole. */
interface RgbRows {

    /** The rows of a picture in memory. */
    static RgbRows of(RgbImage image) {
        return new RgbRows() {
            @Override
            public int width() {
                return image.width();
            }

            @Override
            public int height() {
                return image.height();
            }

            @Override
            public void copyRow(int y, byte[] target) {
                int stride = 3 * image.width();
                System.arraycopy(image.rgb(), y * stride, target, 0, stride);
            }
        };
    }

    int width();

    int height();

    /**
     * Copies one row.
     *
     * @param y from 0 below {@link #height}
     * @param target receives {@code 3 * width} bytes from its start
     */
    void copyRow(int y, byte[] target);
}
