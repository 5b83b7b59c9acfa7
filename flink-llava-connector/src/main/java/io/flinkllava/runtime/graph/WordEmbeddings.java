package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;

/**
 * Which tensors turn ids into vectors and vectors into scores, {@code [vocabulary, hidden]} each;
 * the same one where they are tied.
 *
 * <p>Implements {@code tie_weights} of Hugging Face transformers ({@code modeling_utils.py}): a
 * file that says tied and stores two different matrices means two.
 *
 * @param table rows are the vectors of ids
 * @param head rows are multiplied with the last hidden state
 */
record WordEmbeddings(String table, String head) {

    private static final String TABLE = "language_model.model.embed_tokens.weight";
    private static final String HEAD = "language_model.lm_head.weight";

    static WordEmbeddings of(TextConfig text, Weights weights) {
        if (!text.tieWordEmbeddings()) {
            return new WordEmbeddings(TABLE, HEAD);
        }
        if (!weights.contains(HEAD)) {
            return new WordEmbeddings(TABLE, TABLE);
        }
        if (!weights.contains(TABLE)) {
            return new WordEmbeddings(HEAD, HEAD);
        }
        return new WordEmbeddings(TABLE, isSame(weights) ? TABLE : HEAD);
    }

    private static boolean isSame(Weights weights) {
        WeightTensor table = weights.get(TABLE);
        WeightTensor head = weights.get(HEAD);
        return table.dtype() == head.dtype()
                && table.shape().equals(head.shape())
                && weights.map(table).equals(weights.map(head));
    }
}
