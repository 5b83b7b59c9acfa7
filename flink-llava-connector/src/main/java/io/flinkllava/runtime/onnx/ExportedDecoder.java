package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.checkpoint.TextConfig;

import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** {@code decoder_model_merged}: appends vectors to rows and scores what may follow. */
final class ExportedDecoder implements AutoCloseable {

    /** Most scores that one run makes: many graphs score every position of a prompt. */
    private static final int SCORES = 1 << 25;

    private final ExportedSession session;
    private final DecoderSignature signature;
    private final int hidden;
    private final int vectorsPerRun;
    private final HostTensors host;
    private final KvBlockBuilder builder;
    private final KvBlock nothing;

    ExportedDecoder(ExportedSession session, TextConfig text, HostTensors host) {
        this.session = session;
        this.signature = DecoderSignature.read(session, text);
        this.hidden = text.hiddenSize();
        this.vectorsPerRun = vectorsPerRun(text);
        this.host = host;
        this.builder = new KvBlockBuilder(signature.caches(), host);
        this.nothing = builder.empty();
    }

    private int vectorsPerRun(TextConfig text) {
        if (signature.useCacheBranch().isPresent()) {
            // The branch without a cache sees nothing of the past, the other may take one token
            // only.
            return Integer.MAX_VALUE;
        }
        return signature.logitsToKeep().isPresent()
                ? RunLimits.TOKENS
                : Math.max(1, Math.min(RunLimits.TOKENS, SCORES / text.vocabSize()));
    }

    DecoderSignature signature() {
        return signature;
    }

    /**
     * Appends a prompt to a row, in several runs if it is long.
     *
     * @param vectors {@code [vectors, hidden]}
     * @return scores of what may follow the last, {@code [vocabulary]}
     */
    float[] append(ExportedCache row, FloatBuffer vectors) {
        int count = vectors.remaining() / hidden;
        List<ExportedCache> rows = List.of(row);
        for (int from = 0; ; from += vectorsPerRun) {
            int some = Math.min(vectorsPerRun, count - from);
            boolean last = from + some == count;
            List<float[]> scores =
                    run(rows, vectors.slice(from * hidden, some * hidden), some, last);
            if (last) {
                return scores.get(0);
            }
        }
    }

    /**
     * Appends one vector to each of some rows, in one run; all of them or, if it fails, none.
     *
     * @param vectors {@code [rows, hidden]}
     * @return scores of what may follow in each row, {@code [vocabulary]}
     */
    List<float[]> step(List<ExportedCache> rows, FloatBuffer vectors) {
        return run(rows, vectors, 1, true);
    }

    private List<float[]> run(
            List<ExportedCache> rows, FloatBuffer vectors, int count, boolean scored) {
        Optional<KvBlock> own = past(rows);
        KvBlock past = own.orElseGet(() -> gather(rows));
        try (ExportedRun run = session.prepare()) {
            bind(run, rows, past, vectors, count);
            run.execute();
            List<float[]> scores = scored ? lastScores(run, rows.size()) : List.of();
            KvBlock present =
                    new KvBlock(
                            signature.caches().stream().map(c -> run.take(c.present())).toList(),
                            rows.size(),
                            past.positions() + count,
                            host);
            for (int i = 0; i < rows.size(); i++) {
                rows.get(i).moveTo(present, i, rows.get(i).length() + count);
            }
            return scores;
        } finally {
            if (own.isEmpty()) {
                past.close();
            }
        }
    }

    /** The past of some rows as it is, if nothing must be copied. */
    private Optional<KvBlock> past(List<ExportedCache> rows) {
        boolean starts = rows.size() == 1 && rows.get(0).length() == 0;
        return starts ? Optional.of(nothing) : ExportedCache.shared(rows);
    }

    private void bind(
            ExportedRun run,
            List<ExportedCache> rows,
            KvBlock past,
            FloatBuffer vectors,
            int count) {
        int batch = rows.size();
        int length = past.positions() + count;
        long[] mask = new long[batch * length];
        long[] positions = new long[batch * count];
        for (int row = 0; row < batch; row++) {
            int before = rows.get(row).length();
            int end = (row + 1) * length;
            Arrays.fill(mask, end - count - before, end, 1);
            for (int i = 0; i < count; i++) {
                positions[row * count + i] = (long) before + i;
            }
        }
        run.floats(signature.inputsEmbeds(), vectors, batch, count, hidden);
        signature.attentionMask().ifPresent(input -> run.integers(input, mask, batch, length));
        signature.positionIds().ifPresent(input -> run.integers(input, positions, batch, count));
        signature.useCacheBranch().ifPresent(input -> run.flag(input, past.positions() > 0));
        signature
                .logitsToKeep()
                .ifPresent(input -> run.integers(input, new long[] {1}, ones(input)));
        for (int i = 0; i < past.tensors().size(); i++) {
            run.lend(signature.caches().get(i).past(), past.tensors().get(i));
        }
    }

    private static long[] ones(TensorSignature input) {
        long[] shape = new long[input.rank()];
        Arrays.fill(shape, 1);
        return shape;
    }

    /** Many graphs score every position of a prompt: only the last of each row is read. */
    private List<float[]> lastScores(ExportedRun run, int rows) {
        TensorSignature logits = signature.logits();
        int vocabulary = run.size(logits, logits.rank() - 1);
        long perRow = run.elements(logits) / rows;
        List<float[]> scores = new ArrayList<>();
        for (int row = 1; row <= rows; row++) {
            scores.add(run.floats(logits, row * perRow - vocabulary, vocabulary));
        }
        return scores;
    }

    /**
     * Copies rows together. Those that stay behind get blocks of their own: one that is left over
     * must not hold the memory of all.
     */
    private KvBlock gather(List<ExportedCache> rows) {
        KvBlock together = builder.copy(rows);
        try {
            separate(rows);
            return together;
        } catch (RuntimeException | Error e) {
            together.close();
            throw e;
        }
    }

    private void separate(List<ExportedCache> rows) {
        for (ExportedCache row : rows) {
            KvBlock former = row.block().orElseThrow();
            if (former.rows() > 1) {
                former.members().stream()
                        .filter(member -> !rows.contains(member))
                        .forEach(
                                member ->
                                        member.moveTo(
                                                builder.copy(List.of(member)), 0, member.length()));
            }
        }
    }

    @Override
    public void close() {
        nothing.close();
        session.close();
    }
}
