package io.flinkllava.examples;

import io.flinkllava.runtime.BatchingOptions;
import io.flinkllava.runtime.CheckpointOptions;
import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Arguments that say how a model is opened and how it answers. */
public final class ModelArguments {

    @Option(
            names = "--device",
            paramLabel = "cpu|auto|gpu:N",
            converter = DeviceConverter.class,
            description = "Where the model runs; auto: a GPU if there is one. Default: auto.")
    private Device device = Device.AUTO;

    @Option(
            names = "--max-batch-size",
            paramLabel = "N",
            description = "Answers that one model generates together. Default: 8.")
    private int maxBatchSize = BatchingOptions.DEFAULT.maxBatchSize();

    @Option(
            names = "--max-sequence-length",
            paramLabel = "N",
            description =
                    "Tokens of a prompt (pictures included) and its answer together. Default: 2048,"
                            + " or more where one picture may need it, within the model's"
                            + " context.")
    private int maxSequenceLength = ModelOptions.CHECKPOINT_DEFAULT;

    @Option(
            names = "--max-new-tokens",
            paramLabel = "N",
            description =
                    "Tokens of an answer at most. Default: what the model's"
                            + " generation_config.json says, else 128.")
    private Integer maxNewTokens;

    @Option(
            names = "--min-new-tokens",
            paramLabel = "N",
            description = "Tokens of an answer at least. Default: 0.")
    private int minNewTokens;

    @Mixin private ComputeArguments compute = new ComputeArguments();

    @Mixin private SamplingArguments choice = new SamplingArguments();

    @Option(
            names = "--vision-tower",
            paramLabel = "DIR",
            description =
                    "Folder of the vision tower, for a checkpoint of the original LLaVA code that"
                            + " does not hold its own. Default: looked for in and beside the"
                            + " model.")
    private Path visionTower;

    @Option(
            names = "--conversation",
            paramLabel = "STYLE",
            description =
                    "How a dialogue is written, for a checkpoint of the original LLaVA code: v0,"
                            + " v1, llava_llama_2, mistral_instruct, chatml_direct, qwen or plain."
                            + " Default: what the model's name stands for.")
    private String conversation = CheckpointOptions.FROM_FOLDER;

    @Option(
            names = "--onnx-variant",
            paramLabel = "NAME",
            description =
                    "Runs exported ONNX graphs, also where there are weights: fp32, fp16, q4 or"
                            + " another suffix of their file names. Default: the weights; where"
                            + " there are none, the most exact graphs.")
    private String onnxVariant = CheckpointOptions.FROM_FOLDER;

    @Option(
            names = "--several-pictures",
            paramLabel = "tiled|one-tile-each",
            converter = SeveralImagesConverter.class,
            description =
                    "How LLaVA-OneVision sees several pictures of one request: each in full"
                            + " resolution, or each as one tile, which takes a fraction of the"
                            + " tokens. Default: tiled.")
    private SeveralImages severalPictures = SeveralImages.TILED;

    /**
     * How the model is opened.
     *
     * @throws IllegalArgumentException which names the argument
     */
    public ModelOptions options() {
        return ModelOptions.DEFAULT
                .withDevice(device)
                .withMaxBatchSize(maxBatchSize)
                .withMaxSequenceLength(maxSequenceLength)
                .withCompute(compute.options())
                .withCheckpoint(
                        new CheckpointOptions(
                                checkedTower(), conversation, onnxVariant, severalPictures));
    }

    private String checkedTower() {
        if (visionTower == null) {
            return CheckpointOptions.FROM_FOLDER;
        }
        if (!Files.isDirectory(visionTower)) {
            throw new IllegalArgumentException(
                    "vision-tower '" + visionTower + "' is not a folder");
        }
        return visionTower.toString();
    }

    /**
     * How answers are generated.
     *
     * @throws IllegalArgumentException which names the argument
     */
    public GenerationParameters generation() {
        if (maxNewTokens != null && maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "max-new-tokens is " + maxNewTokens + ", it must be at least 1");
        }
        return new GenerationParameters(
                maxNewTokens == null ? GenerationParameters.CHECKPOINT_DEFAULT : maxNewTokens,
                minNewTokens,
                choice.sampling(),
                choice.rules());
    }

    /** Reads {@code --device}. */
    static final class DeviceConverter implements ITypeConverter<Device> {
        @Override
        public Device convert(String value) {
            try {
                return Device.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** Reads {@code --several-pictures}. */
    static final class SeveralImagesConverter implements ITypeConverter<SeveralImages> {
        @Override
        public SeveralImages convert(String value) {
            return Arrays.stream(SeveralImages.values())
                    .filter(way -> spelled(way).equals(value))
                    .findFirst()
                    .orElseThrow(
                            () ->
                                    new TypeConversionException(
                                            "Unknown way '"
                                                    + value
                                                    + "' to see several pictures: use "
                                                    + ways()));
        }

        private static String ways() {
            return Arrays.stream(SeveralImages.values())
                    .map(SeveralImagesConverter::spelled)
                    .collect(Collectors.joining(" or "));
        }

        private static String spelled(SeveralImages way) {
            return way.name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
