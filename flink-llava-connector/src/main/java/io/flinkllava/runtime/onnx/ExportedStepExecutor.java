package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OrtEnvironment;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.ExportedGraphs;
import io.flinkllava.runtime.checkpoint.LlavaConfig;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor;
import io.flinkllava.runtime.engine.StepScores;
import io.flinkllava.runtime.image.VisualInput;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
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
 * what they take is read from their sessions. Their caches grow by concatenation, and come to the
 * host between two steps where the model runs on a GPU.
 *
 * <p>Used by one thread; owns all native memory of the model.
 */
public final class ExportedStepExecutor implements StepExecutor {

    private static final Logger LOG = LoggerFactory.getLogger(ExportedStepExecutor.class);

    private final Device device;
    private final LlavaConfig config;
    private final TensorLedger ledger;
    private final ExportedVision vision;
    private final ExportedEmbedding embedding;
    private final ExportedDecoder decoder;
    private final VectorPacking packing;
    private final List<ExportedCache> rows;

    /** Scores of rows that a step has advanced before it failed in another. */
    private final Map<Integer, float[]> advanced = new HashMap<>();

    private ExportedStepExecutor(
            Device device,
            LlavaConfig config,
            TensorLedger ledger,
            ExportedVision vision,
            ExportedEmbedding embedding,
            ExportedDecoder decoder,
            VectorPacking packing,
            List<ExportedCache> rows) {
        this.device = device;
        this.config = config;
        this.ledger = ledger;
        this.vision = vision;
        this.embedding = embedding;
        this.decoder = decoder;
        this.packing = packing;
        this.rows = rows;
    }

    /**
     * Loads the graphs.
     *
     * @param threads how many cores compute, 0 for all; the first caller in a process decides
     * @param rows sequences at a time
     * @throws LlavaException MODEL if a graph does not load or is not what the configuration says,
     *     or the device is not there
     */
    public static ExportedStepExecutor open(
            LlavaConfig config, ExportedGraphs graphs, Device wanted, int threads, int rows) {
        OrtEnvironment environment = OnnxEnvironment.get(threads);
        OnnxDevice device = OnnxDevice.resolve(wanted);
        TensorLedger ledger = new TensorLedger();
        int hidden = config.text().hiddenSize();
        List<ExportedSession> loaded = new ArrayList<>();
        try {
            for (Path file :
                    List.of(graphs.visionEncoder(), graphs.embedTokens(), graphs.decoder())) {
                loaded.add(ExportedSession.load(environment, device, file, ledger));
            }
            LOG.info("Loaded {}", loaded.stream().map(ExportedSession::file).toList());
            return new ExportedStepExecutor(
                    device.device(),
                    config,
                    ledger,
                    new ExportedVision(loaded.get(0), config),
                    new ExportedEmbedding(loaded.get(1), hidden),
                    new ExportedDecoder(loaded.get(2), config.text(), environment, ledger),
                    new VectorPacking(hidden, array(graphs.imageNewline().orElse(List.of()))),
                    Stream.generate(() -> new ExportedCache(ledger)).limit(rows).toList());
        } catch (RuntimeException e) {
            loaded.forEach(ExportedSession::close);
            throw e;
        } finally {
            CLibrary.trimHeap();
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
    public StepScores prefill(int row, Prompt prompt, boolean logits) {
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

    /** The vectors of a prompt, {@code [length, hidden]}: words, and pictures at their tokens. */
    FloatBuffer vectors(Prompt prompt) {
        int[] positions = VisualPositions.of(prompt, config);
        long[] words = Arrays.stream(prompt.tokenIds()).asLongStream().toArray();
        for (int position : positions) {
            // The image token may lie outside the embedding table; features take its place anyway.
            words[position] = 0;
        }
        FloatBuffer vectors = embedding.embed(words);
        int hidden = config.text().hiddenSize();
        int next = 0;
        for (VisualInput visual : prompt.visuals()) {
            FloatBuffer tokens = packing.pack(visual.packing(), vision.encode(visual));
            for (int token = 0; token < visual.tokens(); token++) {
                int to = positions[next++] * hidden;
                vectors.put(to, tokens, token * hidden, hidden);
            }
        }
        return vectors;
    }

    /**
     * {@inheritDoc}
     *
     * <p>A step that failed may be repeated in parts: what a row has got from it is kept for then,
     * since a cache that has grown does not shrink.
     */
    @Override
    public StepScores decode(List<RowToken> inputs, boolean logits) {
        int hidden = config.text().hiddenSize();
        FloatBuffer vectors =
                embedding.embed(inputs.stream().mapToLong(RowToken::tokenId).toArray());
        List<float[]> scores = new ArrayList<>();
        try {
            for (int i = 0; i < inputs.size(); i++) {
                int row = inputs.get(i).row();
                float[] kept = advanced.remove(row);
                scores.add(
                        kept != null
                                ? kept
                                : decoder.append(rows.get(row), vectors.slice(i * hidden, hidden)));
            }
        } catch (RuntimeException e) {
            IntStream.range(0, scores.size())
                    .forEach(i -> advanced.put(inputs.get(i).row(), scores.get(i)));
            throw e;
        }
        return new ExportedScores(scores);
    }

    @Override
    public Transfers transfers() {
        return ledger.transfers();
    }

    @Override
    public void close() {
        rows.forEach(ExportedCache::close);
        vision.close();
        embedding.close();
        decoder.close();
        CLibrary.trimHeap();
        if (ledger.open() != 0) {
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, ledger.open() + " tensors were left open");
        }
    }
}
