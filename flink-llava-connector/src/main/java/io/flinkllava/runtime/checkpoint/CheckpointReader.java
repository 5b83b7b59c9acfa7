package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
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
        ImageProcessorConfig videoProcessor =
                ImageProcessorReader.readVideo(folder).orElse(processor);
        requireTowerSize(path, processor, config.vision().imageSize());
        if (config.video().isPresent()) {
            requireTowerSize(path, videoProcessor, config.vision().imageSize());
        }
        requireSamePinpoints(path, processor, config.images());
        return new Checkpoint(
                path,
                config,
                GenerationReader.read(folder, configFile, config.text()),
                processor,
                videoProcessor,
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

    /** The processor cuts pictures, the model puts their features together again. */
    private static void requireSamePinpoints(
            Path path, ImageProcessorConfig processor, ImageLayout layout) {
        if (layout instanceof Anyres anyres
                && !processor.pinpoints().isEmpty()
                && !processor.pinpoints().equals(anyres.pinpoints())) {
            throw LlavaException.model(
                    path
                            + ": image_grid_pinpoints of the processor's file are "
                            + processor.pinpoints()
                            + ", those of config.json "
                            + anyres.pinpoints()
                            + ". They must be the same: copy both files from the model's Hugging"
                            + " Face page");
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
