package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import com.sun.jna.Pointer;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.graph.ComputeType;
import io.flinkllava.runtime.graph.CopyGraph;
import io.flinkllava.runtime.graph.DecoderGraph;
import io.flinkllava.runtime.graph.LinearLayers;
import io.flinkllava.runtime.graph.OnnxGraph;
import io.flinkllava.runtime.graph.PackingGraph;
import io.flinkllava.runtime.graph.VisionGraph;
import io.flinkllava.runtime.onnx.DecoderView.ImageInput;
import io.flinkllava.runtime.onnx.DecoderView.Range;
import io.flinkllava.runtime.quantization.QuantizedWeights;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Runs a checkpoint with ONNX Runtime. Weights, KV arena and image features stay on the device;
 * into a step go token ids and lengths, out of it comes a token for each row.
 *
 * <p>Used by one thread; owns all native memory of the model.
 */
public final class OnnxStepExecutor implements StepExecutor {

    private static final int[] NO_POSITIONS = {};

    private static final int ATTENTION_BLOCK = 16;

    private final OnnxDevice device;
    private final OnnxSession decoder;
    private final DeviceContext context;
    private final VisualEncoder encoder;
    private final KvArena arena;
    private final DecoderViews views;

    /** Pictures of prompts that are in parts in their rows. */
    private final Map<Integer, PromptFeatures> prefilling = new HashMap<>();

    private final HostScores scores;
    private final Pointer nothing;
    private final ImageInput noImages;
    private final AtomicLong fromDevice = new AtomicLong();

    private OnnxStepExecutor(
            LlavaConfig config,
            OnnxDevice device,
            Sessions sessions,
            DeviceContext context,
            KvArena arena,
            long visionBytes) {
        this.device = device;
        this.decoder = sessions.decoder();
        this.context = context;
        this.arena = arena;
        ElementType type = ElementType.of(device.compute());
        this.encoder =
                new VisualEncoder(
                        context,
                        config,
                        type,
                        new VisionTower(context, sessions.vision(), config),
                        sessions.packing()
                                .map(
                                        session ->
                                                new FeaturePacker(
                                                        context,
                                                        session,
                                                        PackingGraph.taps(config))),
                        new VectorCopy(context, sessions.copy()),
                        visionBytes);
        this.scores = new HostScores(arena.rows(), config.text().vocabSize());
        this.views =
                new DecoderViews(range -> new DecoderView(context, decoder, arena, range, scores));
        this.nothing = context.allocate(type.bytes());
        this.noImages =
                new ImageInput(
                        context.deviceTensor(nothing, type, 0, config.text().hiddenSize()),
                        NO_POSITIONS);
    }

    /**
     * Loads a checkpoint.
     *
     * @param options where it runs, in what numbers, how many rows the KV arena has, what is cached
     * @param sequenceLength positions a row holds
     * @throws LlavaException MODEL if a weight is missing or misshapen, or the device is not there
     */
    public static OnnxStepExecutor open(
            Checkpoint checkpoint, ModelOptions options, int sequenceLength) {
        OrtEnvironment environment = OnnxEnvironment.get(options.threads());
        OnnxDevice device = OnnxDevice.resolve(options);
        if (options.compute().quantization() == Quantization.NONE) {
            return open(environment, device, checkpoint, options, sequenceLength);
        }
        // Sessions copy what they load: a file without a cache is not needed for longer.
        try (QuantizedWeights quantized =
                QuantizedWeights.of(
                        checkpoint.weights(), LinearLayers.of(checkpoint), options.compute())) {
            return open(
                    environment, device, checkpoint.withSource(quantized), options, sequenceLength);
        }
    }

    private static OnnxStepExecutor open(
            OrtEnvironment environment,
            OnnxDevice device,
            Checkpoint checkpoint,
            ModelOptions options,
            int sequenceLength) {
        // Attention needs the slot behind the last token of a row that idles in a batch.
        int capacity = sequenceLength + 1;
        LlavaConfig config = checkpoint.config();
        ElementType type = ElementType.of(device.compute());
        long vision = options.caches().visionBytes();
        Graphs graphs = Graphs.write(checkpoint, device.compute(), capacity);
        Admission admission =
                new Admission(
                        device.device().toString(),
                        graphs.weightBytes(device.compute()),
                        MemoryNeed.of(
                                config, type, capacity, RunLimits.TOKENS, RunLimits.TILES, vision));
        admission.requireWeights(device.budget(device.freeMemory(), 0));
        Sessions sessions = graphs.load(environment, checkpoint, device);
        CLibrary.trimHeap();
        DeviceContext context = null;
        KvArena arena = null;
        try {
            int rows =
                    admission.rows(
                            options.batching(),
                            device.budget(device.freeMemory(), admission.weights()));
            context = new DeviceContext(OrtApi.load(), device, sessions.decoder());
            arena = new KvArena(context, config.text(), type, rows, capacity);
            return new OnnxStepExecutor(config, device, sessions, context, arena, vision);
        } catch (RuntimeException | Error e) {
            if (arena != null) {
                arena.close();
            }
            if (context != null) {
                context.close();
            }
            sessions.close();
            throw e;
        }
    }

    @Override
    public Device device() {
        return device.device();
    }

    @Override
    public int rows() {
        return arena.rows();
    }

    /** Memory can be copied by its address on the CPU alone. */
    @Override
    public Abilities abilities() {
        return new Abilities(true, device.device().kind() == Device.Kind.CPU);
    }

    @Override
    public StepScores prefill(int row, Prompt prompt, int from, int to, boolean logits) {
        if (from == 0) {
            release(row);
        }
        // Whatever the row held behind is over, also if this step fails.
        arena.cut(row, from);
        PromptFeatures pictures =
                prefilling.computeIfAbsent(row, any -> new PromptFeatures(encoder, prompt));
        boolean over = true;
        try {
            int end;
            for (int start = from; start < to; start = end) {
                end = runEnd(start, to);
                prefill(new Range(row, 1, logits && end == to), prompt, pictures, start, end);
            }
            arena.setLength(row, to);
            over = to == prompt.length();
        } finally {
            if (over) {
                release(row);
            }
        }
        return new RowScores(scores, new int[] {0});
    }

    /**
     * Where a run of the graph ends. Attention on the CPU takes tokens in blocks, a multiple of
     * {@value #ATTENTION_BLOCK} of them; one that is alone in its block is summed in another order.
     * A run whose last token would be alone stops two tokens earlier, so that how a prompt is cut
     * changes no bit.
     */
    private static int runEnd(int start, int to) {
        int tokens = Math.min(RunLimits.TOKENS, to - start);
        boolean leavesOne = to - start - tokens == 1;
        boolean endsAlone = tokens > 1 && tokens % ATTENTION_BLOCK == 1;
        return start + (leavesOne || endsAlone ? tokens - 2 : tokens);
    }

    private void prefill(Range range, Prompt prompt, PromptFeatures pictures, int from, int to) {
        int[] tokenIds = Arrays.copyOfRange(prompt.tokenIds(), from, to);
        try (PromptFeatures.Part part = pictures.part(from, to)) {
            for (int position : part.positions()) {
                // The image token may lie outside the embedding table; features take its place.
                tokenIds[position] = 0;
            }
            ImageInput images = part.input(noImages.features());
            try {
                run(range, tokenIds, new int[] {to}, images);
            } finally {
                if (part.positions().length > 0) {
                    images.features().close();
                }
            }
        }
    }

    @Override
    public void copyPrefix(int fromRow, int toRow, int length) {
        release(toRow);
        arena.copy(fromRow, toRow, length);
    }

    @Override
    public void release(int row) {
        PromptFeatures pictures = prefilling.remove(row);
        if (pictures != null) {
            pictures.close();
        }
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
        return new Transfers(context.bytesToDevice(), fromDevice.get());
    }

    @Override
    public VisionCounters vision() {
        return encoder.counters();
    }

    @Override
    public void close() {
        prefilling.values().forEach(PromptFeatures::close);
        views.close();
        noImages.features().close();
        context.free(nothing);
        arena.close();
        encoder.close();
        int leaked = context.openValues();
        context.close();
        decoder.close();
        CLibrary.trimHeap();
        if (leaked != 0) {
            throw new LlavaException(LlavaErrorCode.INTERNAL, leaked + " tensors were left open");
        }
    }

    private void run(Range range, int[] tokenIds, int[] lengthsAfter, ImageInput images) {
        views.of(range).run(tokenIds, lengthsAfter, images);
        fromDevice.addAndGet(scores.bytes(range.rows(), range.logits()));
    }

    /** The graphs of a model, written. */
    private record Graphs(
            OnnxGraph vision, Optional<OnnxGraph> packing, OnnxGraph copy, OnnxGraph decoder) {

        static Graphs write(Checkpoint checkpoint, ComputeType compute, int capacity) {
            return new Graphs(
                    VisionGraph.write(checkpoint, compute),
                    PackingGraph.isNeeded(checkpoint.config())
                            ? Optional.of(PackingGraph.write(checkpoint, compute))
                            : Optional.empty(),
                    CopyGraph.write(checkpoint, compute),
                    DecoderGraph.write(checkpoint, compute, capacity));
        }

        /** What the weights take once they are loaded. */
        long weightBytes(ComputeType compute) {
            return Stream.of(vision, decoder)
                    .flatMap(graph -> graph.weights().stream())
                    .mapToLong(
                            tensor ->
                                    tensor.dtype().isFloat()
                                            ? tensor.elements() * compute.bytes()
                                            : tensor.bytes())
                    .sum();
        }

        Sessions load(OrtEnvironment environment, Checkpoint checkpoint, OnnxDevice device) {
            List<OnnxSession> loaded = new ArrayList<>();
            Function<OnnxGraph, OnnxSession> load =
                    graph -> {
                        OnnxSession session =
                                OnnxSession.load(environment, device, graph, checkpoint.weights());
                        loaded.add(session);
                        return session;
                    };
            try {
                return new Sessions(
                        load.apply(vision),
                        packing.map(load),
                        load.apply(copy),
                        load.apply(decoder));
            } catch (RuntimeException | Error e) {
                loaded.forEach(OnnxSession::close);
                throw e;
            }
        }
    }

    /** The graphs of a model, loaded. */
    private record Sessions(
            OnnxSession vision,
            Optional<OnnxSession> packing,
            OnnxSession copy,
            OnnxSession decoder)
            implements AutoCloseable {

        @Override
        public void close() {
            vision.close();
            packing.ifPresent(OnnxSession::close);
            copy.close();
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
