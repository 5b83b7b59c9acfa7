package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.checkpoint.WeightTensor;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;

/**
 * Reads some rows of a matrix {@code [out, in]} at a time, however large it is.
 *
 * <p>Thread-safe.
 */
final class MatrixRows implements AutoCloseable {

    private final WeightTensor matrix;
    private final FileChannel file;

    MatrixRows(WeightTensor matrix) throws IOException {
        this.matrix = matrix;
        this.file = FileChannel.open(matrix.file(), StandardOpenOption.READ);
    }

    int out() {
        return Math.toIntExact(matrix.shape().get(0));
    }

    int in() {
        return Math.toIntExact(matrix.shape().get(1));
    }

    /** Rows one after the other, {@code count * in} numbers. */
    float[] read(int first, int count) throws IOException {
        long rowBytes = (long) in() * matrix.dtype().bytes();
        ByteBuffer bytes =
                ByteBuffer.allocate(Math.toIntExact(count * rowBytes))
                        .order(ByteOrder.LITTLE_ENDIAN);
        long at = matrix.offset() + first * rowBytes;
        while (bytes.hasRemaining()) {
            if (file.read(bytes, at + bytes.position()) < 0) {
                throw new EOFException(matrix.file() + " ends within '" + matrix.name() + "'");
            }
        }
        float[] numbers = new float[count * in()];
        matrix.dtype().read(bytes.flip(), numbers);
        return numbers;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
