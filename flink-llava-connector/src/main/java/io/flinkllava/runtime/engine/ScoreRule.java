package io.flinkllava.runtime.engine;

/**
 * Changes the scores of the next token, as a {@code LogitsProcessor} of Hugging Face transformers
 * ({@code generation/logits_process.py}) does. A token that is ruled out gets negative infinity.
 */
interface ScoreRule {

    float OUT = Float.NEGATIVE_INFINITY;

    /** Changes {@code scores [vocabulary]} in place. */
    void apply(float[] scores, TokenHistory history);
}
