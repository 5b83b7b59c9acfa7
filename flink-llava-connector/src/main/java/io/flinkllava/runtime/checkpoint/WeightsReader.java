package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Finds the safetensors files of a folder: one file, or shards that an index lists. */
final class WeightsReader {

    private static final String SINGLE = "model.safetensors";
    private static final String INDEX = "model.safetensors.index.json";
    private static final String WEIGHT_MAP = "weight_map";

    private WeightsReader() {}

    /** Whether there are weights to read. */
    static boolean finds(CheckpointFolder folder) {
        return folder.has(SINGLE) || folder.has(INDEX);
    }

    /** Reads a Hugging Face checkpoint. */
    static Weights read(CheckpointFolder folder) {
        return read(folder, TensorNames::canonical);
    }

    /**
     * Reads a folder.
     *
     * @param names from the names in files to those of {@link Weights}
     */
    static Weights read(CheckpointFolder folder, UnaryOperator<String> names) {
        if (folder.has(SINGLE)) {
            return new SafetensorsWeights(
                    folder.path(),
                    List.of(SafetensorsFile.read(folder.file(SINGLE))),
                    names,
                    Dtype.FLOATS);
        }
        if (folder.has(INDEX)) {
            return new SafetensorsWeights(
                    folder.path(),
                    shards(folder, JsonObject.read(folder.file(INDEX))),
                    names,
                    Dtype.FLOATS);
        }
        boolean pickled =
                folder.has("pytorch_model.bin") || folder.has("pytorch_model.bin.index.json");
        throw LlavaException.model(
                folder.file(SINGLE)
                        + ": no such file, nor "
                        + INDEX
                        + (pickled
                                ? ". There is a pytorch_model.bin, which is not read: convert it"
                                        + " with from_pretrained(folder).save_pretrained(folder) of"
                                        + " what wrote it, transformers or the original LLaVA code,"
                                        + " which writes safetensors"
                                : ". Download the weights of the checkpoint"));
    }

    private static List<SafetensorsFile> shards(CheckpointFolder folder, JsonObject index) {
        JsonObject weightMap =
                index.object(WEIGHT_MAP)
                        .orElseThrow(() -> index.wrong(WEIGHT_MAP, "a map of tensors to files"));
        Map<String, SafetensorsFile> shards = new HashMap<>();
        for (String tensor : weightMap.names()) {
            String name = shardName(weightMap, tensor);
            SafetensorsFile shard = shards.computeIfAbsent(name, missing -> shard(folder, missing));
            if (!shard.tensors().containsKey(tensor)) {
                throw LlavaException.model(
                        shard.path()
                                + ": no tensor '"
                                + tensor
                                + "', though "
                                + INDEX
                                + " says so. Download the shards and the index again");
            }
        }
        return List.copyOf(shards.values());
    }

    private static String shardName(JsonObject weightMap, String tensor) {
        // A name that leads out of the folder must not be followed.
        return weightMap
                .text(tensor)
                .filter(name -> name.matches("[^/\\\\]+\\.safetensors"))
                .orElseThrow(() -> weightMap.wrong(tensor, "the name of a *.safetensors file"));
    }

    private static SafetensorsFile shard(CheckpointFolder folder, String name) {
        return SafetensorsFile.read(
                folder.require(name, INDEX + " lists this shard: download it into the folder"));
    }
}
