package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** Tensors of one or more safetensors files. Immutable; holds no file open. */
final class SafetensorsWeights implements Weights {

    private record Stored(Path file, String nameInFile, SafetensorsFile.Entry entry) {}

    private final Map<String, Stored> tensors = new HashMap<>();
    private final Path folder;
    private final UnaryOperator<String> names;
    private final Set<Dtype> readable;
    private final List<Path> fileNames;

    /**
     * Puts files together.
     *
     * @param names from the names in files to those of {@link Weights}
     * @param readable element types that these files may have
     */
    SafetensorsWeights(
            Path folder,
            List<SafetensorsFile> files,
            UnaryOperator<String> names,
            Set<Dtype> readable) {
        this.folder = folder;
        this.names = names;
        this.readable = readable;
        fileNames = files.stream().map(file -> file.path().getFileName()).sorted().toList();
        files.forEach(this::add);
    }

    private void add(SafetensorsFile file) {
        file.tensors().forEach((name, entry) -> add(new Stored(file.path(), name, entry)));
    }

    private void add(Stored tensor) {
        Stored other = tensors.put(names.apply(tensor.nameInFile()), tensor);
        if (other != null) {
            throw LlavaException.model(
                    tensor.file()
                            + ": tensor '"
                            + tensor.nameInFile()
                            + "' is the same as '"
                            + other.nameInFile()
                            + "' in "
                            + other.file()
                            + ". Remove the files that do not belong to the checkpoint");
        }
    }

    @Override
    public WeightTensor get(String name) {
        Stored stored = tensors.get(name);
        if (stored == null) {
            throw LlavaException.model(
                    folder
                            + ": no tensor '"
                            + name
                            + "' in "
                            + fileNames
                            + ". Check that config.json and the weights are of one model");
        }
        SafetensorsFile.Entry entry = stored.entry();
        return new WeightTensor(name, dtype(stored), entry.shape(), stored.file(), entry.begin());
    }

    @Override
    public boolean contains(String name) {
        return tensors.containsKey(name);
    }

    @Override
    public ByteBuffer map(WeightTensor tensor) {
        // The mapping outlives the channel.
        try (FileChannel channel = FileChannel.open(tensor.file(), StandardOpenOption.READ)) {
            return channel.map(MapMode.READ_ONLY, tensor.offset(), tensor.bytes())
                    .order(ByteOrder.LITTLE_ENDIAN);
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    tensor.file() + ": cannot map '" + tensor.name() + "': " + e.getMessage(),
                    e);
        }
    }

    private Dtype dtype(Stored stored) {
        String dtype = stored.entry().dtype();
        return readable.stream()
                .filter(known -> known.name().equals(dtype))
                .findAny()
                .orElseThrow(
                        () ->
                                LlavaException.model(
                                        stored.file()
                                                + ": tensor '"
                                                + stored.nameInFile()
                                                + "' has dtype "
                                                + dtype
                                                + ", supported are "
                                                + readable
                                                + ". Take the checkpoint that is not quantized"));
    }
}
