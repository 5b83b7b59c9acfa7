package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The tensors of a checkpoint and beside them its matrices in a {@link MatrixFormat}.
 *
 * <p>Owns the file of the matrices where that is not kept in a cache: closing deletes it.
 */
public final class QuantizedWeights implements Weights, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(QuantizedWeights.class);

    private static final String LANGUAGE_MODEL = "language_model.";

    private final Weights checkpoint;
    private final Weights matrices;
    private final Optional<Path> temporary;

    private QuantizedWeights(Weights checkpoint, QuantizedFile file) {
        this.checkpoint = checkpoint;
        this.matrices = file.weights();
        this.temporary = file.temporary();
    }

    /**
     * Quantizes a checkpoint's matrices, or finds them in the cache.
     *
     * <p>Weights in blocks save memory and the time of decoding, but none where many rows are
     * multiplied at once: there the vision tower keeps its weights.
     *
     * @param linear the matrices {@code [out, in]} of all linear layers
     * @param options the quantization, other than {@code NONE}, and the cache's folder
     * @throws LlavaException MODEL if a file cannot be read or written
     */
    public static QuantizedWeights of(
            Weights checkpoint, List<WeightTensor> linear, ComputeOptions options) {
        MatrixFormat format = MatrixFormat.of(options.quantization()).orElseThrow();
        List<WeightTensor> chosen =
                linear.stream()
                        .filter(matrix -> matrix.elements() <= Integer.MAX_VALUE)
                        .filter(
                                matrix ->
                                        format == MatrixFormat.ROWWISE_8BIT
                                                || matrix.name().startsWith(LANGUAGE_MODEL))
                        .toList();
        return new QuantizedWeights(
                checkpoint,
                QuantizedFile.findOrMake(
                        new QuantizedFile.Content(format, chosen), options.cacheFolder()));
    }

    @Override
    public WeightTensor get(String name) {
        return of(name).get(name);
    }

    @Override
    public boolean contains(String name) {
        return matrices.contains(name) || checkpoint.contains(name);
    }

    @Override
    public boolean canMap(WeightTensor tensor) {
        return of(tensor.name()).canMap(tensor);
    }

    @Override
    public ByteBuffer map(WeightTensor tensor) {
        return of(tensor.name()).map(tensor);
    }

    private Weights of(String name) {
        return matrices.contains(name) ? matrices : checkpoint;
    }

    @Override
    public void close() {
        temporary.ifPresent(
                file -> {
                    try {
                        Files.deleteIfExists(file);
                    } catch (IOException e) {
                        LOG.warn("{} stays behind: {}", file, e.toString());
                    }
                });
    }
}
