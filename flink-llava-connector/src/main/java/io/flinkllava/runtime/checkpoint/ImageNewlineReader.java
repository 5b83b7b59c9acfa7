package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Finds the vector that ends each row of a tiled picture. It is a parameter of the model that no
 * exported graph holds, so exporters put it elsewhere: an array {@code image_newline} in {@code
 * config.json} (the OpenVINO exporter), an array in {@code image_newline.json}, or a tensor {@code
 * image_newline} in a safetensors file, be it the whole checkpoint's.
 */
final class ImageNewlineReader {

    private static final String NAME = "image_newline";
    private static final String SIDECAR = NAME + ".json";

    private final CheckpointFolder folder;

    ImageNewlineReader(CheckpointFolder folder) {
        this.folder = folder;
    }

    /** Reads {@code [hidden]}. */
    List<Float> read(JsonObject config, int hidden) {
        Optional<List<Double>> listed =
                config.numbers(NAME)
                        .or(
                                () ->
                                        folder.has(SIDECAR)
                                                ? Optional.of(
                                                        JsonObject.readNumbers(
                                                                folder.file(SIDECAR)))
                                                : Optional.empty());
        List<Float> newline =
                listed.map(values -> values.stream().map(Double::floatValue).toList())
                        .or(this::fromSafetensors)
                        .orElseThrow(this::missing);
        if (newline.size() != hidden) {
            throw LlavaException.model(
                    folder.path()
                            + ": "
                            + NAME
                            + " has "
                            + newline.size()
                            + " numbers, by text_config.hidden_size it must have "
                            + hidden
                            + ". Take it from the model that was exported");
        }
        return newline;
    }

    private LlavaException missing() {
        return LlavaException.model(
                folder.file(SIDECAR)
                        + ": no such file, nor "
                        + NAME
                        + " in config.json or in a *.safetensors file. The model's tiles need it"
                        + " and exported graphs do not hold it: write it with"
                        + " json.dump(model.model.image_newline.tolist(), open('"
                        + SIDECAR
                        + "', 'w')) in Python");
    }

    private Optional<List<Float>> fromSafetensors() {
        for (Path file : safetensors()) {
            SafetensorsWeights weights =
                    new SafetensorsWeights(
                            folder.path(),
                            List.of(SafetensorsFile.read(file)),
                            TensorNames::canonical,
                            Dtype.FLOATS);
            if (weights.contains(NAME)) {
                WeightTensor tensor = weights.get(NAME);
                folder.file(file.getFileName().toString());
                return Optional.of(floats(tensor, weights.map(tensor)));
            }
        }
        return Optional.empty();
    }

    private List<Path> safetensors() {
        try (Stream<Path> files = Files.list(folder.path())) {
            return files.filter(file -> file.toString().endsWith(".safetensors")).sorted().toList();
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    folder.path() + ": cannot be listed: " + e.getMessage(),
                    e);
        }
    }

    private static List<Float> floats(WeightTensor tensor, ByteBuffer bytes) {
        float[] numbers = new float[Math.toIntExact(tensor.elements())];
        tensor.dtype().read(bytes, numbers);
        List<Float> values = new ArrayList<>();
        for (float number : numbers) {
            values.add(number);
        }
        return values;
    }
}
