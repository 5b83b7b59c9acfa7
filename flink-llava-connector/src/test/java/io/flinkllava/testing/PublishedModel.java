package io.flinkllava.testing;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * A checkpoint of llava-hf on the Hugging Face hub without its gigabytes: its configuration files,
 * and the names and shapes of its tensors.
 */
public enum PublishedModel {
    LLAVA_15_7B("llava-1.5-7b-hf"),
    LLAVA_15_13B("llava-1.5-13b-hf"),
    BAKLLAVA("bakLlava-v1-hf"),
    INTERLEAVE_05B("llava-interleave-qwen-0.5b-hf"),
    INTERLEAVE_7B("llava-interleave-qwen-7b-hf"),
    VIP_LLAVA_7B("vip-llava-7b-hf"),
    NEXT_VICUNA_7B("llava-v1.6-vicuna-7b-hf"),
    NEXT_VICUNA_13B("llava-v1.6-vicuna-13b-hf"),
    NEXT_MISTRAL_7B("llava-v1.6-mistral-7b-hf"),
    NEXT_34B("llava-v1.6-34b-hf"),
    NEXT_LLAMA3_8B("llama3-llava-next-8b-hf"),
    NEXT_72B("llava-next-72b-hf"),
    NEXT_VIDEO_7B("LLaVA-NeXT-Video-7B-hf"),
    ONEVISION_05B("llava-onevision-qwen2-0.5b-ov-hf"),
    ONEVISION_7B("llava-onevision-qwen2-7b-ov-hf"),
    ONEVISION_72B("llava-onevision-qwen2-72b-ov-hf");

    private final String repository;

    PublishedModel(String repository) {
        this.repository = repository;
    }

    /** The models of a family, by {@code model_type}. */
    public static List<PublishedModel> family(String modelType, Path folder) {
        return Arrays.stream(values())
                .filter(model -> model.read(folder).config().modelType().equals(modelType))
                .toList();
    }

    /** Every tensor, under the names of transformers 4. */
    public PublishedWeights weights() {
        try (Stream<String> layout = Files.lines(resources().resolve("layout.txt"))) {
            return PublishedWeights.of(layout.toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Reads the model from a folder as if somebody had downloaded it, and gives it its weights.
     *
     * @param parent where to make that folder
     */
    public Checkpoint read(Path parent) {
        try {
            Path folder = Files.createTempDirectory(parent, repository);
            try (Stream<Path> files = Files.list(resources())) {
                for (Path file : files.toList()) {
                    Files.copy(file, folder.resolve(file.getFileName()));
                }
            }
            Files.writeString(folder.resolve("tokenizer.json"), "{}");
            byte[] noTensors = {2, 0, 0, 0, 0, 0, 0, 0, '{', '}'};
            Files.write(folder.resolve("model.safetensors"), noTensors);
            return withWeights(CheckpointReader.read(folder));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Checkpoint withWeights(Checkpoint read) {
        return new Checkpoint(
                read.folder(),
                read.config(),
                read.generation(),
                read.imageProcessor(),
                read.videoProcessor(),
                read.chatTemplate(),
                read.promptStyle(),
                read.specialTokens(),
                read.tokenizerFile(),
                weights(),
                read.files());
    }

    private Path resources() {
        String name = "/published/" + repository;
        try {
            return Path.of(
                    Objects.requireNonNull(PublishedModel.class.getResource(name), name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(name, e);
        }
    }
}
