package io.flinkllava.runtime.checkpoint;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * Writes a safetensors file whose tensors are filled in place: first all are added, then each is
 * mapped and filled, whatever their order.
 *
 * <p>Not thread-safe.
 *
 * @see SafetensorsFile
 */
public final class SafetensorsOutput {

    /** Headers are filled up to this, so that tensors lie where processors like them. */
    private static final int ALIGNMENT = 64;

    /** Bytes of zeros that are written at a time. */
    private static final int ZEROS = 1 << 20;

    private final Path file;
    private final Map<String, SafetensorsFile.Entry> tensors = new LinkedHashMap<>();
    private long end;
    private long dataStart = -1;

    /**
     * Starts a file.
     *
     * @param file an existing, empty file
     */
    public SafetensorsOutput(Path file) {
        this.file = file;
    }

    /** Makes room for a tensor. */
    public void add(String name, Dtype dtype, List<Long> shape) {
        long bytes = shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
        tensors.put(name, new SafetensorsFile.Entry(dtype.name(), shape, end, end + bytes));
        end += bytes;
    }

    /**
     * Writes the header, after which no tensor can be added.
     *
     * @param metadata may be written again with other values of the same length
     * @throws IOException also if there is no room for the tensors
     */
    public void writeHeader(Map<String, String> metadata) throws IOException {
        ObjectNode header = new ObjectMapper().createObjectNode();
        ObjectNode said = header.putObject(SafetensorsFile.METADATA);
        metadata.forEach(said::put);
        tensors.forEach(
                (name, tensor) -> {
                    ObjectNode entry = header.putObject(name).put("dtype", tensor.dtype());
                    tensor.shape().forEach(entry.putArray("shape")::add);
                    entry.putArray("data_offsets").add(tensor.begin()).add(tensor.end());
                });
        byte[] json = header.toString().getBytes(UTF_8);
        int length =
                (Long.BYTES + json.length + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - Long.BYTES;
        byte[] padded = Arrays.copyOf(json, length);
        Arrays.fill(padded, json.length, length, (byte) ' ');
        ByteBuffer bytes =
                ByteBuffer.allocate(Long.BYTES + length)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putLong(length)
                        .put(padded)
                        .flip();
        if (dataStart >= 0 && dataStart != bytes.limit()) {
            throw new IllegalArgumentException("The header's length has changed");
        }
        boolean first = dataStart < 0;
        dataStart = bytes.limit();
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            while (bytes.hasRemaining()) {
                channel.write(bytes, bytes.position());
            }
            if (first) {
                takeRoom(channel);
            }
        }
    }

    /**
     * Takes the room of all tensors before they are mapped: a disk that is full fails here, where
     * it is an exception, and not at a write to mapped memory, where it is a signal.
     */
    private void takeRoom(FileChannel channel) throws IOException {
        long free = Files.getFileStore(file).getUsableSpace();
        if (free < end) {
            throw new IOException(
                    file.getParent()
                            + " has "
                            + (free >> 20)
                            + " MiB left, and the file takes "
                            + (end >> 20)
                            + " MiB");
        }
        ByteBuffer zeros = ByteBuffer.allocate(ZEROS);
        for (long at = 0; at < end; at += zeros.position()) {
            zeros.clear().limit((int) Math.min(ZEROS, end - at));
            channel.write(zeros, dataStart + at);
        }
    }

    /**
     * A tensor's bytes in the file, little-endian, zeros until they are written; to be given back
     * with {@link MappedMemory#release}.
     */
    public ByteBuffer map(String name) throws IOException {
        SafetensorsFile.Entry tensor = tensors.get(name);
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return channel.map(
                            MapMode.READ_WRITE,
                            dataStart + tensor.begin(),
                            tensor.end() - tensor.begin())
                    .order(ByteOrder.LITTLE_ENDIAN);
        }
    }
}
