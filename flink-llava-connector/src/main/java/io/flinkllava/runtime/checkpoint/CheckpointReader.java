package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Reads a Hugging Face checkpoint folder as {@code from_pretrained} of transformers does: files of
 * transformers 4 and 5, absent keys filled with the defaults of the model family.
 *
 * <p>Reads configuration and tensor descriptions only; weights stay in their files until {@link
 * Weights#map} asks for them.
 */
public final class CheckpointReader {

    private CheckpointReader() {}

    /**
     * Reads and checks a folder.
     *
     * @throws LlavaException with code {@link io.flinkllava.runtime.LlavaErrorCode#MODEL} if the
     *     folder is no checkpoint that this runtime can load; the message names the file and what
     *     to do
     */
    public static Checkpoint read(Path path) {
        CheckpointFolder folder = new CheckpointFolder(path);
        JsonObject configFile =
                JsonObject.read(
                        folder.require(
                                "config.json",
                                "Give the folder of a Hugging Face checkpoint: config.json,"
                                        + " *.safetensors, tokenizer.json and the processor's"
                                        + " files"));
        LlavaConfig config = LlavaConfigReader.read(configFile);
        ImageProcessorConfig processor = ImageProcessorReader.read(folder);
        requireTowerSize(path, processor, config.vision().imageSize());
        return new Checkpoint(
                path,
                config,
                GenerationReader.read(folder, configFile, config.text()),
                processor,
                ChatTemplateReader.read(folder),
                SpecialTokensReader.read(folder),
                tokenizer(folder),
                WeightsReader.read(folder));
    }

    /** The tower's position embeddings fit one picture size only. */
    private static void requireTowerSize(Path path, ImageProcessorConfig processor, int side) {
        Optional<Size> size =
                processor
                        .centerCrop()
                        .or(
                                () ->
                                        processor
                                                .resize()
                                                .filter(Size.class::isInstance)
                                                .map(Size.class::cast));
        if (!size.equals(Optional.of(new Size(side, side)))) {
            throw LlavaException.model(
                    path
                            + ": the image processor makes pictures of "
                            + size.map(s -> s.height() + "x" + s.width()).orElse("any size")
                            + ", the vision tower takes "
                            + side
                            + "x"
                            + side
                            + ". Check crop_size and size in the processor's file against"
                            + " vision_config.image_size in config.json");
        }
    }

    private static Path tokenizer(CheckpointFolder folder) {
        String remedy =
                folder.has("tokenizer.model")
                        ? "There is a tokenizer.model only: convert it with"
                                + " AutoTokenizer.from_pretrained(folder).save_pretrained(folder)"
                                + " of transformers, or take tokenizer.json from the model's page"
                        : "Copy it from the model's Hugging Face page";
        return folder.require("tokenizer.json", remedy);
    }
}
