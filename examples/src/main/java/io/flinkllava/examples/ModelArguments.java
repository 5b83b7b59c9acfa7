package io.flinkllava.examples;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

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
    private int maxBatchSize = ModelOptions.DEFAULT.maxBatchSize();

    @Option(
            names = "--max-sequence-length",
            paramLabel = "N",
            description =
                    "Tokens of a prompt (pictures included) and its answer together. Default: the"
                            + " model's context, 2048 or what one picture needs, whichever is more.")
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

    /**
     * How the model is opened.
     *
     * @throws IllegalArgumentException which names the argument
     */
    public ModelOptions options() {
        return ModelOptions.DEFAULT
                .withDevice(device)
                .withMaxBatchSize(maxBatchSize)
                .withMaxSequenceLength(maxSequenceLength);
    }

    /**
     * How answers are generated.
     *
     * @throws IllegalArgumentException which names the argument
     */
    public GenerationParameters generation() {
        if (maxNewTokens == null) {
            return GenerationParameters.DEFAULT.withMinNewTokens(minNewTokens);
        }
        if (maxNewTokens < 1) {
            throw new IllegalArgumentException(
                    "max-new-tokens is " + maxNewTokens + ", it must be at least 1");
        }
        return new GenerationParameters(maxNewTokens, minNewTokens);
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
}
