package io.flinkllava.examples.benchmark;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes float16 weights to a safetensors file, as a stream: no more memory for 7 billion than for
 * seven. Norms are ones, all else is drawn from a normal distribution.
 */
final class RandomWeights {

    private static final double DEVIATION = 0.02;
    private static final short ONE = 0x3c00;

    /** Numbers that are drawn; tensors are made of pieces of them, each from another place. */
    private static final int POOL = 1 << 20;

    private static final int PIECE = 1 << 16;

    private final Random random;
    private final byte[] pool = new byte[POOL * Short.BYTES];
    private final byte[] ones = new byte[PIECE];

    RandomWeights(long seed) {
        random = new Random(seed);
        ByteBuffer drawn = ByteBuffer.wrap(pool).order(ByteOrder.LITTLE_ENDIAN);
        while (drawn.hasRemaining()) {
            drawn.putShort(half((float) (random.nextGaussian() * DEVIATION)));
        }
        ByteBuffer same = ByteBuffer.wrap(ones).order(ByteOrder.LITTLE_ENDIAN);
        while (same.hasRemaining()) {
            same.putShort(ONE);
        }
    }

    /** Writes tensors of these names and shapes. */
    void write(Path file, Map<String, List<Long>> tensors) throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long end = 0;
        for (Map.Entry<String, List<Long>> tensor : tensors.entrySet()) {
            ObjectNode entry = header.putObject(tensor.getKey()).put("dtype", "F16");
            tensor.getValue().forEach(entry.putArray("shape")::add);
            long begin = end;
            end += bytes(tensor.getValue());
            entry.putArray("data_offsets").add(begin).add(end);
        }
        String json = header.toString();
        // Tensors begin at a multiple of their elements' size.
        byte[] padded = (json + " ".repeat(-json.length() & 7)).getBytes(UTF_8);
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            out.write(
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(padded.length)
                            .array());
            out.write(padded);
            for (Map.Entry<String, List<Long>> tensor : tensors.entrySet()) {
                write(out, tensor.getKey(), bytes(tensor.getValue()));
            }
        }
    }

    private void write(OutputStream out, String name, long bytes) throws IOException {
        boolean norm = name.contains("norm") && name.endsWith(".weight");
        for (long left = bytes; left > 0; left -= PIECE) {
            int length = (int) Math.min(left, PIECE);
            if (norm) {
                out.write(ones, 0, length);
            } else {
                int from = random.nextInt((pool.length - length) / Short.BYTES) * Short.BYTES;
                out.write(pool, from, length);
            }
        }
    }

    static long bytes(List<Long> shape) {
        return shape.stream().reduce((long) Short.BYTES, Math::multiplyExact);
    }

    /** A float16, cut off; what is too small for its usual form is zero. */
    private static short half(float number) {
        int bits = Float.floatToIntBits(number);
        int magnitude = ((bits & 0x7fffffff) >> 13) - ((127 - 15) << 10);
        return (short) (((bits >> 16) & 0x8000) | Math.max(magnitude, 0));
    }
}
