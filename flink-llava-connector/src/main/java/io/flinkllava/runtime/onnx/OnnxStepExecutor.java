package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.onnx.DecoderView.ImageInput;
import io.flinkllava.runtime.onnx.DecoderView.Range;

import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/**
 * Runs a checkpoint with ONNX Runtime. Weights, KV arena and image features stay on the device;
 * into a step go token ids and lengths, out of it comes a token for each row.
 *
 * <p>Used by one thread; owns all native memory of the model.
 */
public final class OnnxStepExecutor implements StepExecutor {

    private static final int[] NO_POSITIONS = {};

    private final OnnxDevice device;
    private final LlavaConfig config;
    private final OnnxSession decoder;
    private final DeviceContext context;
    private final VisionTower tower;
    private final KvArena arena;
    private final Map<Range, DecoderView> views = new HashMap<>();
    private final HostScores scores;
    private final Pointer nothing;
    private final ImageInput noImages;
    private final AtomicLong toDevice = new AtomicLong();
    private final AtomicLong fromDevice = new AtomicLong();

    private OnnxStepExecutor(
            LlavaConfig config,
            OnnxDevice device,
            Sessions sessions,
            DeviceContext context,
            KvArena arena) {
        this.config = config;
        this.device = device;
        this.decoder = sessions.decoder();
        this.context = context;
        this.arena = arena;
        ElementType type = ElementType.of(device.compute());
        this.tower = new VisionTower(context, sessions.vision(), config, type);
        this.scores = new HostScores(arena.rows(), config.text().vocabSize());
        this.nothing = context.allocate(type.bytes());
        this.noImages =
                new ImageInput(
                        context.deviceTensor(nothing, type, 0, config.text().hiddenSize()),
                        NO_POSITIONS);
    }

    /**
     * Loads a checkpoint.
     *
     * @param threads how many cores compute, 0 for all; the first caller in a process decides
     * @param rows of the KV arena
     * @param sequenceLength positions a row holds
     * @throws LlavaException MODEL if a weight is missing or misshapen, or the device is not there
     */
    public static OnnxStepExecutor open(
            Checkpoint checkpoint, Device wanted, int threads, int rows, int sequenceLength) {
        OrtEnvironment environment = OnnxEnvironment.get(threads);
        OnnxDevice device = OnnxDevice.resolve(wanted);
        // Attention needs the slot behind the last token of a row that idles in a batch.
        int capacity = sequenceLength + 1;
        Sessions sessions = Sessions.load(environment, checkpoint, device, capacity);
        CLibrary.trimHeap();
        LlavaConfig config = checkpoint.config();
        DeviceContext context = new DeviceContext(OrtApi.load(), device, sessions.decoder());
        try {
            ElementType type = ElementType.of(device.compute());
            KvArena arena = new KvArena(context, config.text(), type, rows, capacity);
            return new OnnxStepExecutor(config, device, sessions, context, arena);
        } catch (RuntimeException e) {
            context.close();
            sessions.close();
            throw e;
        }
    }

    /** Where the model runs. */
    public Device device() {
        return device.device();
    }

    @Override
    public StepScores prefill(int row, Prompt prompt, boolean logits) {
        int[] tokenIds = prompt.tokenIds().clone();
        ImageInput images = encode(prompt, tokenIds);
        // Whatever the row held is over, also if this step fails.
        arena.setLength(row, 0);
        run(new Range(row, 1, logits), tokenIds, new int[] {tokenIds.length}, images);
        arena.setLength(row, tokenIds.length);
        return new RowScores(scores, new int[] {0});
    }

    @Override
    public StepScores decode(List<RowToken> inputs, boolean logits) {
        int first = inputs.stream().mapToInt(RowToken::row).min().orElseThrow();
        int last = inputs.stream().mapToInt(RowToken::row).max().orElseThrow();
        int rows = last - first + 1;
        int[] tokenIds = new int[rows];
        int[] lengthsAfter = new int[rows];
        for (int i = 0; i < rows; i++) {
            // A row that idles in between appends to its own end, where nobody reads.
            lengthsAfter[i] = arena.length(first + i) + 1;
        }
        for (RowToken input : inputs) {
            tokenIds[input.row() - first] = input.tokenId();
        }
        run(new Range(first, rows, logits), tokenIds, lengthsAfter, noImages);
        for (RowToken input : inputs) {
            arena.setLength(input.row(), lengthsAfter[input.row() - first]);
        }
        return new RowScores(
                scores, inputs.stream().mapToInt(input -> input.row() - first).toArray());
    }

    @Override
    public Transfers transfers() {
        return new Transfers(toDevice.get(), fromDevice.get());
    }

    @Override
    public void close() {
        views.values().forEach(DecoderView::close);
        views.clear();
        context.release(noImages.features());
        context.free(nothing);
        arena.close();
        tower.close();
        int leaked = context.openValues();
        context.close();
        decoder.close();
        CLibrary.trimHeap();
        if (leaked != 0) {
            throw new LlavaException(LlavaErrorCode.INTERNAL, leaked + " tensors were left open");
        }
    }

    /** Runs the tower and finds the places of its features, where it puts any valid token. */
    private ImageInput encode(Prompt prompt, int[] tokenIds) {
        int imageToken = config.imageTokenId();
        int[] positions =
                IntStream.range(0, tokenIds.length)
                        .filter(i -> tokenIds[i] == imageToken)
                        .toArray();
        int features = tower.featureCount(prompt.images().size());
        if (positions.length != features) {
            throw LlavaException.model(
                    "The prompt has "
                            + positions.length
                            + " image tokens for "
                            + features
                            + " image features: check the folder's processor files");
        }
        if (features == 0) {
            return noImages;
        }
        for (int position : positions) {
            // The image token may lie outside the embedding table; features take its place anyway.
            tokenIds[position] = 0;
        }
        prompt.images()
                .forEach(
                        image ->
                                toDevice.addAndGet(
                                        ElementType.FLOAT32.bytes(image.values().length)));
        return new ImageInput(tower.encode(prompt.images()), positions);
    }

    private void run(Range range, int[] tokenIds, int[] lengthsAfter, ImageInput images) {
        views.computeIfAbsent(range, key -> new DecoderView(context, decoder, arena, key, scores))
                .run(tokenIds, lengthsAfter, images);
        toDevice.addAndGet(ElementType.INT64.bytes(tokenIds.length));
        fromDevice.addAndGet(scores.bytes(range.rows(), range.logits()));
    }

    /** The two graphs of a model, loaded. */
    private record Sessions(OnnxSession vision, OnnxSession decoder) implements AutoCloseable {

        static Sessions load(
                OrtEnvironment environment,
                Checkpoint checkpoint,
                OnnxDevice device,
                int capacity) {
            OnnxSession vision =
                    OnnxSession.load(
                            environment,
                            device,
                            VisionGraph.write(checkpoint, device.compute()),
                            checkpoint.weights());
            try {
                OnnxSession decoder =
                        OnnxSession.load(
                                environment,
                                device,
                                DecoderGraph.write(checkpoint, device.compute(), capacity),
                                checkpoint.weights());
                return new Sessions(vision, decoder);
            } catch (RuntimeException e) {
                vision.close();
                throw e;
            }
        }

        @Override
        public void close() {
            vision.close();
            decoder.close();
        }
    }

    /**
     * Scores in the order of a step's inputs: {@code rows[i]} is the i-th input's row of the view.
     */
    private record RowScores(HostScores scores, int[] rows) implements StepScores {

        @Override
        public int best(int index) {
            return scores.best(rows[index]);
        }

        @Override
        public FloatBuffer logits(int index) {
            return scores.logits(rows[index]);
        }
    }
}
