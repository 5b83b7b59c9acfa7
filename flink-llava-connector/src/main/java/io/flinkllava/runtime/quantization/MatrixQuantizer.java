package io.flinkllava.runtime.quantization;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Rounds a matrix to the numbers of a format. All cores take part; the result is the same whatever
 * their number.
 */
final class MatrixQuantizer {

    /** Rows at a time: what is written across them lies together. */
    private static final int ROWS = 64;

    /** The largest of the values that stand for a row. */
    private static final int ROWWISE_LIMIT = 63;

    private final MatrixRows matrix;
    private final int in;
    private final ByteBuffer values;
    private final ByteBuffer scales;

    /** Null where the format has none. */
    private final ByteBuffer zeroPoints;

    private MatrixQuantizer(
            MatrixFormat format, String name, MatrixRows matrix, Map<String, ByteBuffer> tensors) {
        this.matrix = matrix;
        this.in = matrix.in();
        this.values = tensors.get(format.values(name));
        this.scales = tensors.get(format.scales(name));
        this.zeroPoints = tensors.get(format.zeroPoints(name));
    }

    /**
     * Quantizes.
     *
     * @param name the matrix's
     * @param tensors those of {@link MatrixFormat#tensors}, little-endian, all zeros
     */
    static void quantize(
            MatrixFormat format, String name, MatrixRows matrix, Map<String, ByteBuffer> tensors)
            throws IOException {
        MatrixQuantizer quantizer = new MatrixQuantizer(format, name, matrix, tensors);
        int parts = (matrix.out() + ROWS - 1) / ROWS;
        try {
            IntStream.range(0, parts)
                    .parallel()
                    .forEach(part -> quantizer.quantize(format, part * ROWS));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void quantize(MatrixFormat format, int first) {
        int count = Math.min(ROWS, matrix.out() - first);
        float[] rows = read(first, count);
        if (format == MatrixFormat.ROWWISE_8BIT) {
            rowwise(rows, first, count);
            return;
        }
        int blocks = (int) MatrixFormat.blocks(in);
        for (int row = 0; row < count; row++) {
            for (int block = 0; block < blocks; block++) {
                Block numbers = Block.of(rows, row * in, in, block);
                if (format == MatrixFormat.BLOCKWISE_8BIT) {
                    symmetric(numbers, (first + row) * blocks + block);
                } else {
                    asymmetric(numbers, first + row, block, blocks);
                }
            }
        }
    }

    private float[] read(int first, int count) {
        try {
            return matrix.read(first, count);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void rowwise(float[] rows, int first, int count) {
        byte[] columns = new byte[rows.length];
        for (int row = 0; row < count; row++) {
            float largest = 0;
            for (int i = 0; i < in; i++) {
                largest = Math.max(largest, Math.abs(rows[row * in + i]));
            }
            float scale = largest / ROWWISE_LIMIT;
            scales.putFloat((first + row) * Float.BYTES, scale);
            for (int i = 0; i < in; i++) {
                columns[i * count + row] = (byte) round(rows[row * in + i], scale);
            }
        }
        int out = matrix.out();
        for (int i = 0; i < in; i++) {
            values.put(i * out + first, columns, i * count, count);
        }
    }

    /** The number farthest from zero is the least value, -128, exactly. */
    private void symmetric(Block numbers, int index) {
        float farthest = numbers.farthest();
        float scale = farthest / Byte.MIN_VALUE;
        scales.putFloat(index * Float.BYTES, scale);
        for (int i = 0; i < MatrixFormat.BLOCK; i++) {
            int value = Math.min(round(numbers.get(i), scale), Byte.MAX_VALUE);
            values.put(index * MatrixFormat.BLOCK + i, (byte) (value - Byte.MIN_VALUE));
        }
    }

    /** The least and the greatest number, or zero, are the ends of the range. */
    private void asymmetric(Block numbers, int row, int block, int blocks) {
        int most = 15;
        float scale = (numbers.greatest() - numbers.least()) / most;
        int zero = round(-numbers.least(), scale);
        int index = row * blocks + block;
        scales.putFloat(index * Float.BYTES, scale);
        int packed = row * ((blocks + 1) / 2) + block / 2;
        zeroPoints.put(
                packed, (byte) (zeroPoints.get(packed) | zero << (block % 2 * Byte.SIZE / 2)));
        for (int i = 0; i < MatrixFormat.BLOCK; i += 2) {
            int low = clamp(round(numbers.get(i), scale) + zero, most);
            int high = clamp(round(numbers.get(i + 1), scale) + zero, most);
            values.put((index * MatrixFormat.BLOCK + i) / 2, (byte) (low | high << 4));
        }
    }

    private static int clamp(int value, int most) {
        return Math.max(0, Math.min(most, value));
    }

    /** Half to even, as ONNX does; nothing where there is nothing. */
    private static int round(float number, float scale) {
        return scale == 0 ? 0 : (int) Math.rint(number / scale);
    }

    /** A block of a row; behind its end there are zeros. */
    private record Block(float[] rows, int from, int to) {

        static Block of(float[] rows, int start, int in, int block) {
            int from = start + block * MatrixFormat.BLOCK;
            return new Block(rows, from, Math.min(from + MatrixFormat.BLOCK, start + in));
        }

        float get(int index) {
            return from + index < to ? rows[from + index] : 0;
        }

        float least() {
            float least = 0;
            for (int i = from; i < to; i++) {
                least = Math.min(least, rows[i]);
            }
            return least;
        }

        float greatest() {
            float greatest = 0;
            for (int i = from; i < to; i++) {
                greatest = Math.max(greatest, rows[i]);
            }
            return greatest;
        }

        float farthest() {
            float least = least();
            float greatest = greatest();
            return -least > greatest ? least : greatest;
        }
    }
}
