package io.flinkllava.runtime.onnx;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.onnx.DecoderSignature.Cache;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** {@code decoder_model_merged}: appends vectors to a row and scores what may follow. */
final class ExportedDecoder implements AutoCloseable {

    /** Vectors in one run: attention takes memory for each of them times all before. */
    private static final int VECTORS = 1024;

    /** Most scores that one run makes: many graphs score every position of a prompt. */
    private static final int SCORES = 1 << 25;

    private final ExportedSession session;
    private final DecoderSignature signature;
    private final int hidden;
    private final int vectorsPerRun;
    private final TensorLedger ledger;
    private final List<OnnxTensor> nothing = new ArrayList<>();

    ExportedDecoder(
            ExportedSession session,
            TextConfig text,
            OrtEnvironment environment,
            TensorLedger ledger) {
        this.session = session;
        this.signature = DecoderSignature.read(session, text);
        this.hidden = text.hiddenSize();
        this.vectorsPerRun = vectorsPerRun(text);
        this.ledger = ledger;
        signature.caches().forEach(cache -> nothing.add(nothing(environment, cache)));
    }

    private int vectorsPerRun(TextConfig text) {
        if (signature.useCacheBranch().isPresent()) {
            // The branch without a cache sees nothing of the past, the other may take one token
            // only.
            return Integer.MAX_VALUE;
        }
        return signature.logitsToKeep().isPresent()
                ? VECTORS
                : Math.max(1, Math.min(VECTORS, SCORES / text.vocabSize()));
    }

    /** The past of a row that has none, {@code [1, kvHeads, 0, headDim]}. */
    private OnnxTensor nothing(OrtEnvironment environment, Cache cache) {
        long[] shape = {1, cache.kvHeads(), 0, cache.headDim()};
        try {
            return ledger.opened(
                    OnnxTensor.createTensor(
                            environment,
                            ByteBuffer.allocateDirect(0),
                            shape,
                            cache.past().elements() == ElementType.FLOAT16
                                    ? OnnxJavaType.FLOAT16
                                    : OnnxJavaType.FLOAT));
        } catch (OrtException e) {
            throw new LlavaException(
                    LlavaErrorCode.INTERNAL, "ONNX Runtime cannot make an empty tensor", e);
        }
    }

    /**
     * Appends vectors to a row.
     *
     * @param vectors {@code [vectors, hidden]}
     * @return scores of what may follow the last, {@code [vocabulary]}
     */
    float[] append(ExportedCache cache, FloatBuffer vectors) {
        int count = vectors.remaining() / hidden;
        for (int from = 0; ; from += vectorsPerRun) {
            int some = Math.min(vectorsPerRun, count - from);
            boolean last = from + some == count;
            float[] scores = run(cache, vectors.slice(from * hidden, some * hidden), some, last);
            if (last) {
                return scores;
            }
        }
    }

    private float[] run(ExportedCache cache, FloatBuffer vectors, int count, boolean scored) {
        int past = cache.length();
        int length = past + count;
        try (ExportedRun run = session.prepare()) {
            run.floats(signature.inputsEmbeds(), vectors, 1, count, hidden);
            signature
                    .attentionMask()
                    .ifPresent(mask -> run.integers(mask, ones(length), 1, length));
            signature
                    .positionIds()
                    .ifPresent(ids -> run.integers(ids, range(past, length), 1, count));
            signature.useCacheBranch().ifPresent(branch -> run.flag(branch, past > 0));
            signature
                    .logitsToKeep()
                    .ifPresent(keep -> run.integers(keep, new long[] {1}, ones(keep.rank())));
            List<OnnxTensor> tensors = past == 0 ? nothing : cache.tensors();
            for (int i = 0; i < tensors.size(); i++) {
                run.lend(signature.caches().get(i).past(), tensors.get(i));
            }
            run.execute();
            float[] scores = scored ? lastScores(run) : new float[0];
            cache.replace(
                    signature.caches().stream().map(c -> run.take(c.present())).toList(), length);
            return scores;
        }
    }

    private float[] lastScores(ExportedRun run) {
        FloatBuffer all = run.floats(signature.logits());
        int vocabulary = run.size(signature.logits(), signature.logits().rank() - 1);
        float[] scores = new float[vocabulary];
        all.get(all.limit() - vocabulary, scores);
        return scores;
    }

    private static long[] ones(int count) {
        long[] ones = new long[count];
        Arrays.fill(ones, 1);
        return ones;
    }

    private static long[] range(int from, int to) {
        long[] range = new long[to - from];
        Arrays.setAll(range, i -> from + i);
        return range;
    }

    @Override
    public void close() {
        nothing.forEach(ledger::close);
        nothing.clear();
        session.close();
    }
}
