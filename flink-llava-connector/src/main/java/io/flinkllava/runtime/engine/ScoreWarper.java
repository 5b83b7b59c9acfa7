package io.flinkllava.runtime.engine;

/**
 * Changes how one of the tokens that rules left is drawn, as a {@code LogitsWarper} of Hugging Face
 * transformers ({@code generation/logits_process.py}) does. The most likely one always stays.
 */
interface ScoreWarper {

    void apply(Shortlist tokens);
}
