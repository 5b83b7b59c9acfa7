package io.flinkllava.runtime.onnx;

import java.nio.FloatBuffer;

/** {@code embed_tokens}: ids become vectors of the language model. */
final class ExportedEmbedding implements AutoCloseable {

    private final ExportedSession session;
    private final TensorSignature ids;
    private final TensorSignature vectors;

    ExportedEmbedding(ExportedSession session, int hidden) {
        this.session = session;
        this.ids = session.onlyInput().requireIntegers(2);
        this.vectors =
                session.output("inputs_embeds")
                        .requireFloats(3)
                        .requireSize(2, hidden, "text_config.hidden_size");
    }

    /** Looks up vectors, {@code [ids, hidden]}. */
    FloatBuffer embed(long... tokenIds) {
        try (ExportedRun run = session.prepare()) {
            run.integers(ids, tokenIds, 1, tokenIds.length);
            run.execute();
            return run.floats(vectors);
        }
    }

    @Override
    public void close() {
        session.close();
    }
}
