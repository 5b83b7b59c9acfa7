package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Fingerprint;
import io.flinkllava.runtime.checkpoint.MappedMemory;
import io.flinkllava.runtime.checkpoint.SafetensorsFile;
import io.flinkllava.runtime.checkpoint.SafetensorsOutput;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * Quantized matrices in a safetensors file, which is made one matrix after the other.
 *
 * <p>In a cache a file appears when it is complete: it is written under another name and renamed.
 * Several processes may make the same file at once; they make the same bytes. A file that is not
 * what it should be, by its header and by a checksum over its tensors, is made again.
 *
 * @param temporary the file itself, where nobody else uses it and the caller deletes it
 */
record QuantizedFile(Weights weights, Optional<Path> temporary) {

    private static final Logger LOG = LoggerFactory.getLogger(QuantizedFile.class);

    /** Changes whenever the same matrices would become other bytes. */
    private static final String VERSION = "1";

    private static final String CHECKSUM = "checksum";
    private static final String NOT_YET = "00000000";
    private static final String SUFFIX = ".safetensors";

    /** What is in a file. */
    record Content(MatrixFormat format, List<WeightTensor> matrices) {

        /** By content, so that a checkpoint may move: of each file that holds some of it. */
        private Map<String, String> key() {
            Map<String, String> key = new LinkedHashMap<>();
            key.put("quantization", format.name().toLowerCase(Locale.ROOT));
            key.put("version", VERSION);
            key.put(
                    "source",
                    Fingerprint.of(matrices.stream().map(WeightTensor::file).distinct().toList()));
            return key;
        }

        private Map<String, TensorShape> tensors() {
            Map<String, TensorShape> tensors = new LinkedHashMap<>();
            matrices.forEach(matrix -> tensors.putAll(format.tensors(matrix)));
            return tensors;
        }
    }

    /**
     * Finds a file in the cache or makes it.
     *
     * @param cacheFolder {@link ComputeOptions#NO_CACHE} for a temporary file
     */
    static QuantizedFile findOrMake(Content content, String cacheFolder) {
        Map<String, String> key = content.key();
        try {
            if (cacheFolder.equals(ComputeOptions.NO_CACHE)) {
                Path file = Files.createTempFile("flink-llava-", SUFFIX);
                try {
                    make(content, key, file);
                    return new QuantizedFile(open(file), Optional.of(file));
                } catch (IOException | RuntimeException | Error e) {
                    Files.deleteIfExists(file);
                    throw e;
                }
            }
            Path folder = Files.createDirectories(Path.of(cacheFolder));
            Path file = folder.resolve(String.join("-", key.values()) + SUFFIX);
            if (!isSound(file, content, key)) {
                makeInPlace(content, key, file);
            }
            return new QuantizedFile(open(file), Optional.empty());
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    "Cannot keep quantized weights"
                            + (cacheFolder.equals(ComputeOptions.NO_CACHE)
                                    ? " in " + System.getProperty("java.io.tmpdir")
                                    : " in the cache folder " + cacheFolder)
                            + ": "
                            + e
                            + ". They take up to a quarter of the weights in float32: make room,"
                            + " or name another folder to cache them in",
                    e);
        }
    }

    private static Weights open(Path file) {
        return SafetensorsFile.read(file).weights();
    }

    private static void makeInPlace(Content content, Map<String, String> key, Path file)
            throws IOException {
        Path unfinished =
                Files.createTempFile(file.getParent(), file.getFileName() + ".", ".unfinished");
        try {
            make(content, key, unfinished);
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void make(Content content, Map<String, String> key, Path file)
            throws IOException {
        long start = System.nanoTime();
        SafetensorsOutput output = new SafetensorsOutput(file);
        content.tensors().forEach((name, t) -> output.add(name, t.dtype(), t.shape()));
        output.writeHeader(with(key, NOT_YET));
        CRC32C checksum = new CRC32C();
        for (WeightTensor matrix : content.matrices()) {
            quantize(content.format(), matrix, output, checksum);
        }
        output.writeHeader(with(key, text(checksum)));
        LOG.info(
                "Quantized {} matrices to {} in {} ms, {} MiB",
                content.matrices().size(),
                key.get("quantization"),
                Duration.ofNanos(System.nanoTime() - start).toMillis(),
                Files.size(file) >> 20);
    }

    private static void quantize(
            MatrixFormat format, WeightTensor matrix, SafetensorsOutput output, CRC32C checksum)
            throws IOException {
        Map<String, ByteBuffer> tensors = new LinkedHashMap<>();
        try (MatrixRows rows = new MatrixRows(matrix)) {
            for (String name : format.tensors(matrix).keySet()) {
                tensors.put(name, output.map(name));
            }
            MatrixQuantizer.quantize(format, matrix.name(), rows, tensors);
            tensors.values().forEach(tensor -> checksum.update(tensor.duplicate()));
        } finally {
            tensors.values().forEach(MappedMemory::release);
        }
    }

    /** Whether there is a file with this content, whole. */
    private static boolean isSound(Path file, Content content, Map<String, String> key) {
        if (!Files.exists(file)) {
            return false;
        }
        try {
            SafetensorsFile found = SafetensorsFile.read(file);
            String expected = found.metadata().get(CHECKSUM);
            if (with(key, Objects.toString(expected)).equals(found.metadata())
                    && isSound(found.weights(), content.tensors(), expected)) {
                return true;
            }
            LOG.warn("{} is not what it should be: it is made again", file);
        } catch (LlavaException e) {
            LOG.warn("It is made again: {}", e.getMessage());
        }
        return false;
    }

    private static boolean isSound(
            Weights weights, Map<String, TensorShape> expected, String expectedChecksum) {
        CRC32C checksum = new CRC32C();
        for (Map.Entry<String, TensorShape> tensor : expected.entrySet()) {
            WeightTensor found = weights.get(tensor.getKey());
            if (!new TensorShape(found.dtype(), found.shape()).equals(tensor.getValue())) {
                return false;
            }
            ByteBuffer bytes = weights.map(found);
            checksum.update(bytes.duplicate());
            MappedMemory.release(bytes);
        }
        return text(checksum).equals(expectedChecksum);
    }

    private static Map<String, String> with(Map<String, String> key, String checksum) {
        Map<String, String> metadata = new LinkedHashMap<>(key);
        metadata.put(CHECKSUM, checksum);
        return metadata;
    }

    private static String text(CRC32C checksum) {
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }
}
