package io.flinkllava.runtime.image;

/** A picture that is read row by row, so that padding and cropping need no copy of the whole. */
interface RgbRows {

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
