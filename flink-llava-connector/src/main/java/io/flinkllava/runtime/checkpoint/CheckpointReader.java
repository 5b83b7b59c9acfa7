package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ImageLayout.Anyres;
import io.flinkllava.runtime.checkpoint.ImageProcessorConfig.Size;

import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads a Hugging Face checkpoint folder as {@code from_pretrained} of transformers does: files of
 * transformers 4 and 5, absent keys filled with the defaults of the model family. Reads folders of
 * the original LLaVA code as {@code load_pretrained_model} there does.
 *
 * <p>Reads configuration and tensor descriptions only; weights stay in their files until {@link
 * Weights#map} asks for them.
 */
public final class CheckpointReader {

    private CheckpointReader() {}

    /** Reads and checks a folder with {@link CheckpointOptions#DEFAULT}. */
    public static Checkpoint read(Path path) {
        return read(path, CheckpointOptions.DEFAULT);
    }

    /**
     * Reads and checks a folder.
     *
     * @param options the choices that the folder leaves
     * @throws LlavaException with code {@link io.flinkllava.runtime.LlavaErrorCode#MODEL} if the
     *     folder is no checkpoint that this runtime can load; the message names the file and what
     *     to do
     */
    public static Checkpoint read(Path path, CheckpointOptions options) {
        CheckpointFolder folder = new CheckpointFolder(path);
        JsonObject config =
                JsonObject.read(
                        folder.require(
                                "config.json",
                                "Give the folder of a Hugging Face checkpoint: config.json,"
                                        + " *.safetensors, tokenizer.json and the processor's"
                                        + " files"));
        Checkpoint checkpoint =
                OriginalLlavaFamily.describes(config)
                        ? original(folder, config, options)
                        : huggingFace(folder, config, options);
        check(checkpoint);
        return checkpoint;
    }

    private static Checkpoint huggingFace(
            CheckpointFolder folder, JsonObject configFile, CheckpointOptions options) {
        LlavaConfig config = LlavaConfigReader.read(configFile);
        ImageProcessorConfig processor = ImageProcessorReader.read(folder);
        Optional<String> conversation = chosen(options.conversation());
        return new Checkpoint(
                folder.path(),
                config,
                GenerationReader.read(folder, configFile, config.text()),
                processor,
                ImageProcessorReader.readVideo(folder).orElse(processor),
                conversation.isPresent() ? Optional.empty() : ChatTemplateReader.read(folder),
                new PromptStyle(
                        conversation.orElseGet(
                                () -> ConversationName.huggingFace(configFile, folder.path())),
                        new PromptStyle.Whole()),
                SpecialTokensReader.read(folder),
                tokenizer(folder),
                source(folder, configFile, config, options.onnxVariant()),
                // Last, when all have been asked for.
                folder.files());
    }

    /** Weights where there are any, unless exported graphs were asked for. */
    private static ModelSource source(
            CheckpointFolder folder, JsonObject configFile, LlavaConfig config, String variant) {
        ExportedGraphsReader exported = new ExportedGraphsReader(folder);
        boolean takesWeights =
                variant.equals(CheckpointOptions.FROM_FOLDER)
                        && (WeightsReader.finds(folder) || !exported.finds());
        return takesWeights
                ? WeightsReader.read(folder)
                : exported.read(configFile, config, variant);
    }

    private static Checkpoint original(
            CheckpointFolder folder, JsonObject configFile, CheckpointOptions options) {
        Weights own = WeightsReader.read(folder, OriginalTensorNames::canonical);
        boolean contained =
                own.contains("vision_tower.vision_model.embeddings.patch_embedding.weight");
        VisionTowerSource tower =
                VisionTowerSource.find(folder.path(), configFile, options.visionTower(), contained);
        LlavaConfig config = new OriginalLlavaFamily(tower.config()).read(configFile);
        ImageProcessorConfig processor =
                OriginalLlavaFamily.padsToSquare(configFile)
                        ? tower.processor().paddedToSquare()
                        : tower.processor();
        return new Checkpoint(
                folder.path(),
                config,
                GenerationReader.read(folder, configFile, config.text()),
                processor,
                processor,
                // The original code never asks the tokenizer's, which is the language model's own.
                Optional.empty(),
                new PromptStyle(
                        chosen(options.conversation())
                                .orElseGet(
                                        () -> ConversationName.original(configFile, folder.path())),
                        OriginalLlavaFamily.tokenization(configFile)),
                SpecialTokensReader.read(folder),
                tokenizer(folder),
                // A tower that was trained further is in the checkpoint, and what lies beside is
                // not it.
                contained ? own : new JoinedWeights(own, towerWeights(tower)),
                Stream.concat(
                                folder.files().stream(),
                                tower.folder().stream().flatMap(f -> f.files().stream()))
                        .toList());
    }

    private static Weights towerWeights(VisionTowerSource tower) {
        return WeightsReader.read(tower.folder().orElseThrow(), TowerTensorNames::canonical);
    }

    private static Optional<String> chosen(String option) {
        return Optional.of(option).filter(value -> !value.equals(CheckpointOptions.FROM_FOLDER));
    }

    private static void check(Checkpoint checkpoint) {
        LlavaConfig config = checkpoint.config();
        int side = config.vision().imageSize();
        requireTowerSize(checkpoint.folder(), checkpoint.imageProcessor(), side);
        if (config.video().isPresent()) {
            requireTowerSize(checkpoint.folder(), checkpoint.videoProcessor(), side);
        }
        requireSamePinpoints(checkpoint.folder(), checkpoint.imageProcessor(), config.images());
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
