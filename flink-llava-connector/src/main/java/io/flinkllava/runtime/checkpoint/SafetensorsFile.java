package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * The checked header of a safetensors file: 8 bytes with the header's length (little-endian), a
 * JSON object that describes the tensors, then their bytes.
 *
 * @param metadata what the writer says of the file, by name
 * @param tensors by the names the file uses
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
public record SafetensorsFile(Path path, Map<String, String> metadata, Map<String, Entry> tensors) {

    static final String METADATA = "__metadata__";

    /** The format's own limit. */
    private static final int MAX_HEADER_BYTES = 100_000_000;

    /** Width of elements in bytes. Other types are not checked, nor can they be read. */
    private static final Map<String, Integer> ELEMENT_BYTES =
            Map.ofEntries(
                    Map.entry("BOOL", 1),
                    Map.entry("U8", 1),
                    Map.entry("I8", 1),
                    Map.entry("F8_E4M3", 1),
                    Map.entry("F8_E5M2", 1),
                    Map.entry("U16", 2),
                    Map.entry("I16", 2),
                    Map.entry("F16", 2),
                    Map.entry("BF16", 2),
                    Map.entry("U32", 4),
                    Map.entry("I32", 4),
                    Map.entry("F32", 4),
                    Map.entry("U64", 8),
                    Map.entry("I64", 8),
                    Map.entry("F64", 8));

    private static final String REMEDY = ". Download the file again";

    /**
     * One tensor.
     *
     * @param dtype as the file spells it
     * @param begin offset of its first byte in the file
     * @param end offset behind its last byte in the file
     */
    public record Entry(String dtype, List<Long> shape, long begin, long end) {}

    /**
     * Reads and checks a header.
     *
     * @throws LlavaException MODEL if this is no such file, or a part of one
     */
    public static SafetensorsFile read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            long size = Files.size(file);
            int length = headerLength(file, in.readNBytes(Long.BYTES), size);
            JsonObject header = JsonObject.parse(file, in.readNBytes(length));
            Map<String, Entry> tensors = entries(header, Long.BYTES + length);
            checkSize(file, tensors, size);
            checkOverlaps(file, tensors);
            return new SafetensorsFile(file, metadata(header), tensors);
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL, file + ": cannot be read: " + e.getMessage(), e);
        }
    }

    /** The tensors under the names of the file, of every type that can be read. */
    public Weights weights() {
        return new SafetensorsWeights(
                path.toAbsolutePath().getParent(),
                List.of(this),
                UnaryOperator.identity(),
                EnumSet.allOf(Dtype.class));
    }

    private static Map<String, String> metadata(JsonObject header) {
        Map<String, String> metadata = new LinkedHashMap<>();
        header.object(METADATA)
                .ifPresent(
                        values ->
                                values.names()
                                        .forEach(
                                                name ->
                                                        values.text(name)
                                                                .ifPresent(
                                                                        text ->
                                                                                metadata.put(
                                                                                        name,
                                                                                        text))));
        return metadata;
    }

    private static int headerLength(Path file, byte[] prefix, long size) {
        if (prefix.length < Long.BYTES) {
            throw LlavaException.model(
                    file + ": truncated: has " + size + " bytes, too few for a header" + REMEDY);
        }
        long length = ByteBuffer.wrap(prefix).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (length < 2 || length > MAX_HEADER_BYTES) {
            throw LlavaException.model(
                    file
                            + ": no safetensors file: announces a header of "
                            + Long.toUnsignedString(length)
                            + " bytes. If the folder was cloned without Git LFS, run git lfs pull;"
                            + " else download the file again");
        }
        if (length > size - Long.BYTES) {
            throw truncated(file, Long.BYTES + length, size);
        }
        return (int) length;
    }

    private static Map<String, Entry> entries(JsonObject header, long dataStart) {
        Map<String, Entry> entries = new LinkedHashMap<>();
        for (String name : header.names()) {
            if (!name.equals(METADATA)) {
                JsonObject tensor =
                        header.object(name)
                                .orElseThrow(() -> header.wrong(name, "a tensor's description"));
                entries.put(name, entry(tensor, dataStart));
            }
        }
        return entries;
    }

    private static Entry entry(JsonObject tensor, long dataStart) {
        String dtype = tensor.text("dtype").orElseThrow(() -> tensor.wrong("dtype", "a string"));
        List<Long> shape =
                tensor.sizes("shape").orElseThrow(() -> tensor.wrong("shape", "a list of sizes"));
        List<Long> offsets = tensor.sizes("data_offsets").orElse(List.of());
        if (offsets.size() != 2
                || offsets.get(0) > offsets.get(1)
                || offsets.get(1) > Long.MAX_VALUE - dataStart) {
            throw tensor.wrong("data_offsets", "[begin, end]" + REMEDY);
        }
        long length = offsets.get(1) - offsets.get(0);
        if (ELEMENT_BYTES.containsKey(dtype) && !fits(shape, ELEMENT_BYTES.get(dtype), length)) {
            throw tensor.wrong(
                    "data_offsets", "as long as " + dtype + " " + shape + " takes" + REMEDY);
        }
        return new Entry(dtype, shape, dataStart + offsets.get(0), dataStart + offsets.get(1));
    }

    private static boolean fits(List<Long> shape, int elementBytes, long length) {
        try {
            return shape.stream().reduce((long) elementBytes, Math::multiplyExact) == length;
        } catch (ArithmeticException tooLarge) {
            return false;
        }
    }

    private static void checkSize(Path file, Map<String, Entry> tensors, long size) {
        long expected = tensors.values().stream().mapToLong(Entry::end).max().orElse(0);
        if (expected > size) {
            throw truncated(file, expected, size);
        }
    }

    private static void checkOverlaps(Path file, Map<String, Entry> tensors) {
        List<Map.Entry<String, Entry>> byPlace =
                tensors.entrySet().stream()
                        .filter(tensor -> tensor.getValue().end() > tensor.getValue().begin())
                        .sorted(Comparator.comparingLong(tensor -> tensor.getValue().begin()))
                        .toList();
        for (int i = 1; i < byPlace.size(); i++) {
            if (byPlace.get(i).getValue().begin() < byPlace.get(i - 1).getValue().end()) {
                throw LlavaException.model(
                        file
                                + ": tensors '"
                                + byPlace.get(i - 1).getKey()
                                + "' and '"
                                + byPlace.get(i).getKey()
                                + "' overlap"
                                + REMEDY);
            }
        }
    }

    private static LlavaException truncated(Path file, long expected, long actual) {
        return LlavaException.model(
                file
                        + ": truncated: has "
                        + actual
                        + " bytes, its header describes "
                        + expected
                        + REMEDY);
    }
}
