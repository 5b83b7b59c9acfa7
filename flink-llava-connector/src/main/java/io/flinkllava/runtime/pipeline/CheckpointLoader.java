package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.BatchingOptions;
import io.flinkllava.runtime.CheckpointInfo;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.ModelLoader;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.checkpoint.ExportedGraphs;
import io.flinkllava.runtime.checkpoint.Fingerprint;
import io.flinkllava.runtime.checkpoint.Weights;
import io.flinkllava.runtime.engine.EngineLimits;
import io.flinkllava.runtime.engine.GenerationEngine;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.graph.ComputeType;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.image.VisualProcessor;
import io.flinkllava.runtime.onnx.ExportedStepExecutor;
import io.flinkllava.runtime.onnx.OnnxStepExecutor;
import io.flinkllava.runtime.text.LlavaTokenizer;
import io.flinkllava.runtime.text.PromptEncoder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Puts a model together from a checkpoint folder. */
public final class CheckpointLoader implements ModelLoader {

    private static final Logger LOG = LoggerFactory.getLogger(CheckpointLoader.class);

    /** Slots of a cache that is never made. */
    private static final int PROBE_CAPACITY = 64;

    private final UnaryOperator<StepExecutor> around;

    public CheckpointLoader() {
        this(UnaryOperator.identity());
    }

    /**
     * Makes a loader whose models may fail.
     *
     * @param around what stands between engine and executor, where tests inject faults
     */
    CheckpointLoader(UnaryOperator<StepExecutor> around) {
        this.around = around;
    }

    @Override
    public LlavaModel open(Path folder, ModelOptions options) {
        long start = System.nanoTime();
        Checkpoint checkpoint = CheckpointReader.read(folder, options.checkpoint());
        VisualProcessor visuals =
                new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor());
        int sequenceLength = sequenceLength(checkpoint, options, visuals.mostImageTokens());
        LlavaTokenizer tokenizer = LlavaTokenizer.open(checkpoint.tokenizerFile());
        try {
            RequestPreparation preparation =
                    new RequestPreparation(
                            checkpoint.generation(),
                            visuals,
                            new PromptEncoder(checkpoint, tokenizer),
                            tokenizer,
                            checkpoint.tokenizerFile(),
                            options);
            String fingerprint = Fingerprint.of(checkpoint);
            StepExecutor executor = executor(checkpoint, options, sequenceLength);
            try {
                if (options.batching().warmUp()) {
                    warmUp(executor, preparation, sequenceLength);
                }
                ModelInfo info =
                        new ModelInfo(
                                checkpoint.folder().getFileName().toString(),
                                fingerprint,
                                checkpoint.config().modelType(),
                                executor.device(),
                                executor.rows(),
                                sequenceLength);
                LlavaModel model = start(info, preparation, around.apply(executor), options);
                LOG.info(
                        "Loaded {} on {} in {} ms",
                        info.name(),
                        info.device(),
                        Duration.ofNanos(System.nanoTime() - start).toMillis());
                return model;
            } catch (Throwable e) {
                executor.close();
                throw e;
            }
        } catch (Throwable e) {
            // Errors too: a native library may not load.
            tokenizer.close();
            throw e;
        }
    }

    /** The engine is last: from then on it owns the executor. */
    private static LlavaModel start(
            ModelInfo info,
            RequestPreparation preparation,
            StepExecutor executor,
            ModelOptions options) {
        int queued = options.limits().maxQueuedRequests();
        int threads = workers();
        int rows = info.maxBatchSize();
        // As many requests as rows in the engine, as many ready, and what is being prepared. A
        // short queue keeps fewer ready, but no row empty.
        int open = Math.min(Math.max(queued, rows), 2 * rows + threads);
        ModelThreads modelThreads = new ModelThreads(info.name(), threads);
        Intake intake = new Intake(modelThreads, queued, open);
        EngineLimits limits = limits(options, rows, info.maxSequenceLength());
        GenerationEngine engine =
                GenerationEngine.start(info.name(), executor, limits, System::nanoTime);
        return new LlavaPipeline(info, preparation, intake, engine, modelThreads);
    }

    @Override
    public CheckpointInfo check(Path folder, ModelOptions options) {
        Checkpoint checkpoint = CheckpointReader.read(folder, options.checkpoint());
        VisualProcessor visuals =
                new VisualProcessor(
                        checkpoint.config(),
                        checkpoint.imageProcessor(),
                        checkpoint.videoProcessor());
        int unused = sequenceLength(checkpoint, options, visuals.mostImageTokens());
        try (LlavaTokenizer tokenizer = LlavaTokenizer.open(checkpoint.tokenizerFile())) {
            PromptEncoder prompts = new PromptEncoder(checkpoint, tokenizer);
            LOG.debug("{} ends turns with {}", folder, prompts.endOfTurn());
        }
        if (checkpoint.source() instanceof Weights) {
            // Writing the graphs asks for every tensor by name and shape, and reads none.
            VisionGraph.write(checkpoint, ComputeType.FLOAT32);
            DecoderGraph.write(checkpoint, ComputeType.FLOAT32, PROBE_CAPACITY);
        }
        return new CheckpointInfo(
                checkpoint.folder().getFileName().toString(),
                Fingerprint.of(checkpoint),
                checkpoint.config().modelType());
    }

    private static void warmUp(
            StepExecutor executor, RequestPreparation preparation, int sequenceLength) {
        try {
            new WarmUp(executor, preparation, sequenceLength).run();
        } catch (RuntimeException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    "The model is loaded but does not run: " + e.getMessage(),
                    e);
        }
    }

    private static StepExecutor executor(
            Checkpoint checkpoint, ModelOptions options, int sequenceLength) {
        return checkpoint.source() instanceof ExportedGraphs graphs
                ? ExportedStepExecutor.open(checkpoint.config(), graphs, options, sequenceLength)
                : OnnxStepExecutor.open(checkpoint, options, sequenceLength);
    }

    /** Positions of a row: what was asked for, or enough for a picture and talk about it. */
    static int sequenceLength(Checkpoint checkpoint, ModelOptions options, int imageTokens) {
        int context = checkpoint.config().text().maxPositionEmbeddings();
        if (options.batching().maxSequenceLength() > context) {
            throw LlavaException.model(
                    "max-sequence-length is "
                            + options.batching().maxSequenceLength()
                            + ", but "
                            + checkpoint.folder()
                            + " was trained for "
                            + context
                            + " positions (max_position_embeddings)");
        }
        return options.batching().maxSequenceLength() == ModelOptions.CHECKPOINT_DEFAULT
                ? Math.min(
                        context,
                        Math.max(
                                BatchingOptions.DEFAULT_SEQUENCE_LENGTH,
                                imageTokens + BatchingOptions.DEFAULT_SEQUENCE_LENGTH / 2))
                : options.batching().maxSequenceLength();
    }

    private static EngineLimits limits(ModelOptions options, int rows, int sequenceLength) {
        return new EngineLimits(
                rows,
                sequenceLength,
                options.batching().maxBatchTokens(),
                options.batching().maxBatchDelay(),
                options.limits().maxQueuedRequests(),
                options.caches().warmPrefixes());
    }

    /** Half of the cores prepare pictures and prompts: the other half is the engine's. */
    private static int workers() {
        return Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
    }
}
