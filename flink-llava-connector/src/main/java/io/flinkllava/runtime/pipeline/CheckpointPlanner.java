package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.ComputeOptions.NumberType;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestPlan;
import io.flinkllava.runtime.RequestPlanner;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.engine.GenerationEngine;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.runtime.onnx.AutoDevice;
import io.flinkllava.runtime.text.LlavaTokenizer;
import io.flinkllava.runtime.text.PromptEncoder;

import java.nio.file.Path;
import java.util.List;

/** Plans with the parts of a model that come before its engine. */
final class CheckpointPlanner implements RequestPlanner {

    private static final int KEYS_AND_VALUES = 2;
    private static final int FLOAT_BYTES = 4;
    private static final int HALF_BYTES = 2;

    private final Checkpoint checkpoint;
    private final int sequenceLength;
    private final int elementBytes;
    private final VisualProcessor visuals;
    private final LlavaTokenizer tokenizer;
    private final PromptEncoder prompts;

    private CheckpointPlanner(
            Checkpoint checkpoint, ModelOptions options, LlavaTokenizer tokenizer) {
        this.checkpoint = checkpoint;
        this.visuals =
                new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor());
        this.sequenceLength =
                CheckpointLoader.sequenceLength(checkpoint, options, visuals.mostImageTokens());
        this.elementBytes =
                elementBytes(options.compute().type(), AutoDevice.resolve(options.device()));
        this.tokenizer = tokenizer;
        this.prompts = new PromptEncoder(checkpoint, tokenizer);
    }

    /** Takes the checkpoints that {@link CheckpointLoader} takes. */
    public static final class Opener implements RequestPlanner.Opener {

        @Override
        public RequestPlanner open(Path folder, ModelOptions options) {
            Checkpoint checkpoint = CheckpointReader.read(folder, options.checkpoint());
            LlavaTokenizer tokenizer = LlavaTokenizer.open(checkpoint.tokenizerFile());
            try {
                return new CheckpointPlanner(checkpoint, options, tokenizer);
            } catch (Throwable e) {
                tokenizer.close();
                throw e;
            }
        }
    }

    /** As {@code dtype=auto} is taken there. */
    static int elementBytes(NumberType type, Device device) {
        boolean isFloat =
                type == NumberType.FLOAT32
                        || (type == NumberType.AUTO && device.kind() == Device.Kind.CPU);
        return isFloat ? FLOAT_BYTES : HALF_BYTES;
    }

    @Override
    public RequestPlan plan(
            int imageWidth, int imageHeight, String question, GenerationParameters generation) {
        if (imageWidth < 1 || imageHeight < 1) {
            throw LlavaException.input(
                    "A picture of "
                            + imageWidth
                            + " x "
                            + imageHeight
                            + " pixels is none: both must be at least 1");
        }
        int imageTokens = visuals.imageTokens(imageWidth, imageHeight);
        int promptTokens =
                prompts.encode(List.of(Message.user(question)), 1, 0)
                        .expand(List.of(imageTokens))
                        .length;
        if (promptTokens >= sequenceLength) {
            throw GenerationEngine.tooLong(promptTokens, sequenceLength);
        }
        int answerTokens = RequestPreparation.maxNewTokens(generation, checkpoint.generation());
        return new RequestPlan(
                imageTokens,
                promptTokens,
                kvBytes(Math.min(promptTokens + answerTokens, sequenceLength)));
    }

    private long kvBytes(int positions) {
        TextConfig text = checkpoint.config().text();
        return (long) KEYS_AND_VALUES
                * text.layers()
                * text.kvHeads()
                * DecoderGraph.headDim(text)
                * elementBytes
                * positions;
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
