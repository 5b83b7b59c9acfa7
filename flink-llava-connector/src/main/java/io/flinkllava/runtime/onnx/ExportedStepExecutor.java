package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.ExportedGraphs;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.image.VisualInput;
import io.flinkllava.runtime.memory.HostMemory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/**
 * Runs a model that was exported to three graphs in the layout of transformers.js (github.com/
 * huggingface/transformers.js, {@code models/modeling_utils.js}):
 *
 * <pre>
 * pixel values [n, 3, side, side] --vision_encoder--> features --packing--> [tokens, hidden] --\
 * ids [1, length] ------------------embed_tokens----> [1, length, hidden] ---------------------+
 *   --decoder_model_merged, with the past of the row--> scores [1, 1 or length, vocabulary], present
 * </pre>
 *
 * <p>Pictures and prompts are those of {@link OnnxStepExecutor}; the graphs are the exporter's, and
 * what they take is read from their sessions. Features are packed on the host in float32.
 *
 * <p>Batching: a run leaves the keys and values of its rows in one {@link KvBlock}, which is the
 * past of the next run as it is; they are copied when a row joins or leaves only. Shorter rows
 * stand behind padding that the mask hides. What that changes is the order in which softmax sums:
 * 7e-6 in scores at most (12 layers of 896, 301 positions), and not a bit where lengths are equal.
 * Tokens were equal in every random schedule. It is worth it: on two cores 8 rows took 327 ms
 * together and 1080 ms one by one. Not every graph can do it, so {@link BatchingProbe} asks each.
 *
 * <p>The caches grow by concatenation, within the graph, and come to the host between two steps
 * where the model runs on a GPU: there graphs that are written from a checkpoint are much faster.
 *
 * <p>Used by one thread; owns all native memory of the model.
 */
public final class ExportedStepExecutor implements StepExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(ExportedStepExecutor.class);

    private final Device device;
    private final LlavaConfig config;
    private final HostTensors tensors;
    private final ExportedVision vision;
    private final ExportedEmbedding embedding;
    private final ExportedDecoder decoder;
    private final VectorPacking packing;
    private final VisionCache<HostVectors> cache;
    private final List<ExportedCache> rows;
    private RowBatching batching = RowBatching.ALONE;

    /** Scores of rows that a step has advanced; they stay here if it fails in another. */
    private final Map<Integer, float[]> advanced = new HashMap<>();

    private ExportedStepExecutor(
            Device device,
            LlavaConfig config,
            HostTensors tensors,
            ExportedVision vision,
            ExportedEmbedding embedding,
            ExportedDecoder decoder,
            VectorPacking packing,
            long visionBytes,
            int rows) {
        this.device = device;
        this.config = config;
        this.tensors = tensors;
        this.vision = vision;
        this.embedding = embedding;
        this.decoder = decoder;
        this.packing = packing;
        this.cache = new VisionCache<>(visionBytes);
        this.rows = Stream.generate(ExportedCache::new).limit(rows).toList();
    }

    /**
     * Loads the graphs.
     *
     * @param options where it runs, how many sequences at a time, what is cached
     * @param sequenceLength positions a sequence may take
     * @throws LlavaException MODEL if a graph does not load or is not what the configuration says,
     *     or the device is not there
     */
    public static ExportedStepExecutor open(
            LlavaConfig config, ExportedGraphs graphs, ModelOptions options, int sequenceLength) {
        if (options.compute().quantization() != Quantization.NONE) {
            throw LlavaException.model(
                    "The quantization is asked of exported graphs, which have the one they were"
                            + " exported with: leave quantization out and use onnx-variant, or a"
                            + " folder with safetensors");
        }
        OrtEnvironment environment = OnnxEnvironment.get(options.threads());
        OnnxDevice device = OnnxDevice.resolve(options);
        List<Path> files = List.of(graphs.visionEncoder(), graphs.embedTokens(), graphs.decoder());
        Admission admission = admission(config, files, options, sequenceLength);
        admission.requireWeights(HostMemory.available());
        HostTensors tensors = new HostTensors(environment);
        int hidden = config.text().hiddenSize();
        List<ExportedSession> loaded = new ArrayList<>();
        ExportedStepExecutor executor;
        try {
            for (Path file : files) {
                loaded.add(ExportedSession.load(environment, device, file, tensors));
            }
            int rows = admission.rows(options.batching(), HostMemory.available());
            ExportedVision vision = new ExportedVision(loaded.get(0), config);
            ExportedEmbedding embedding = new ExportedEmbedding(loaded.get(1), hidden);
            // Last, since it makes tensors.
            ExportedDecoder decoder = new ExportedDecoder(loaded.get(2), config.text(), tensors);
            executor =
                    new ExportedStepExecutor(
                            device.device(),
                            config,
                            tensors,
                            vision,
                            embedding,
                            decoder,
                            new VectorPacking(
                                    hidden, array(graphs.imageNewline().orElse(List.of()))),
                            options.caches().visionBytes(),
                            rows);
        } catch (RuntimeException | Error e) {
            loaded.forEach(ExportedSession::close);
            throw e;
        }
        CLibrary.trimHeap();
        try {
            executor.findBatching();
            LOG.info(
                    "Loaded {}; rows are decoded {}",
                    loaded.stream().map(ExportedSession::file).toList(),
                    executor.batching);
            return executor;
        } catch (RuntimeException | Error e) {
            executor.close();
            throw e;
        }
    }

    /**
     * Keys and values come to the host between two steps, hence its memory is asked; while a row
     * grows its past and its present are both there.
     */
    private static Admission admission(
            LlavaConfig config, List<Path> files, ModelOptions options, int sequenceLength) {
        return new Admission(
                "the host",
                files.stream().mapToLong(ExportedSession::bytes).sum(),
                MemoryNeed.of(
                                config,
                                ElementType.FLOAT32,
                                sequenceLength,
                                sequenceLength,
                                RunLimits.TILES,
                                options.caches().visionBytes())
                        .withTwoCaches());
    }

    private void findBatching() {
        if (rows.size() > 1) {
            int words = config.text().vocabSize();
            long[] any = LongStream.range(0, BatchingProbe.VECTORS).map(i -> i % words).toArray();
            batching =
                    new BatchingProbe(decoder, embedding.embed(any), config.text().hiddenSize())
                            .find();
        }
    }

    private static float[] array(List<Float> values) {
        float[] array = new float[values.size()];
        for (int i = 0; i < array.length; i++) {
            array[i] = values.get(i);
        }
        return array;
    }

    @Override
    public Device device() {
        return device;
    }

    @Override
    public int rows() {
        return rows.size();
    }

    /** Which rows a step puts into one run. */
    RowBatching batching() {
        return batching;
    }

    /** A cache that has grown does not shrink, and many graphs take a prompt at once only. */
    @Override
    public Abilities abilities() {
        return new Abilities(false, false);
    }

    @Override
    public StepScores prefill(int row, Prompt prompt, int from, int to, boolean logits) {
        if (from != 0 || to != prompt.length()) {
            throw new UnsupportedOperationException("Exported graphs take whole prompts");
        }
        ExportedCache cache = rows.get(row);
        // Whatever the row held is over, also if this step fails.
        cache.close();
        advanced.remove(row);
        FloatBuffer vectors = vectors(prompt);
        try {
            return new ExportedScores(List.of(decoder.append(cache, vectors)));
        } catch (RuntimeException e) {
            cache.close();
            throw e;
        }
    }

    @Override
    public void copyPrefix(int fromRow, int toRow, int length) {
        throw new UnsupportedOperationException("Exported graphs do not share prefixes");
    }

    @Override
    public void release(int row) {
        rows.get(row).close();
        advanced.remove(row);
    }

    /** The vectors of a prompt, {@code [length, hidden]}: words, and pictures at their tokens. */
    FloatBuffer vectors(Prompt prompt) {
        long[] words = Arrays.stream(prompt.tokenIds()).asLongStream().toArray();
        List<VisualInput> visuals = prompt.visuals();
        for (int i = 0; i < visuals.size(); i++) {
            // The image token may lie outside the embedding table; features take its place anyway.
            int start = prompt.start(i);
            Arrays.fill(words, start, start + visuals.get(i).tokens(), 0);
        }
        FloatBuffer vectors = embedding.embed(words);
        int hidden = config.text().hiddenSize();
        for (int i = 0; i < visuals.size(); i++) {
            VisualInput visual = visuals.get(i);
            try (HostVectors known = known(visual)) {
                vectors.put(prompt.start(i) * hidden, known.vectors(), 0, visual.tokens() * hidden);
            }
        }
        return vectors;
    }

    /** The vectors of a picture, {@code [tokens, hidden]}; the caller closes them. */
    private HostVectors known(VisualInput visual) {
        return cache.get(
                visual.key(),
                ElementType.FLOAT32.bytes(visual.tokens(), config.text().hiddenSize()),
                () -> new HostVectors(packing.pack(visual.packing(), vision.encode(visual))));
    }

    /**
     * {@inheritDoc}
     *
     * <p>A step that failed may be repeated in parts: what a row has got from it is kept for then,
     * since a cache that has grown does not shrink.
     */
    @Override
    public StepScores decode(List<RowToken> inputs, boolean logits) {
        List<RowToken> left =
                inputs.stream().filter(input -> !advanced.containsKey(input.row())).toList();
        List<ExportedCache> caches = left.stream().map(input -> rows.get(input.row())).toList();
        for (List<Integer> run : batching.runs(caches)) {
            long[] tokenIds = run.stream().mapToLong(i -> left.get(i).tokenId()).toArray();
            List<float[]> scores =
                    decoder.step(run.stream().map(caches::get).toList(), embedding.embed(tokenIds));
            for (int i = 0; i < run.size(); i++) {
                advanced.put(left.get(run.get(i)).row(), scores.get(i));
            }
        }
        return new ExportedScores(
                inputs.stream().map(input -> advanced.remove(input.row())).toList());
    }

    @Override
    public Transfers transfers() {
        return tensors.transfers();
    }

    @Override
    public VisionCounters vision() {
        return cache.counters();
    }

    @Override
    public void close() {
        rows.forEach(ExportedCache::close);
        cache.close();
        vision.close();
        embedding.close();
        decoder.close();
        CLibrary.trimHeap();
        if (tensors.open() != 0) {
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, tensors.open() + " tensors were left open");
        }
    }
}
