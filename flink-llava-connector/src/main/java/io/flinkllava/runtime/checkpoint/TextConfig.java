package io.flinkllava.runtime.checkpoint;

/**
 * The language model, from {@code text_config}: a LLaMA-shaped decoder.
 *
 * @param modelType {@code llama}
 * @param kvHeads heads of keys and values; fewer than {@code heads} in grouped-query attention
 * @param headDim size of one head; not always {@code hiddenSize / heads}
 * @param maxPositionEmbeddings positions the model was trained for
 * @param ropeTheta base of the rotary frequencies
 * @param hiddenAct activation of the gated MLP, as Hugging Face names it
 * @param attentionBias whether q, k, v and o projections have a bias
 * @param tieWordEmbeddings whether the output projection is the embedding matrix
 */
public record TextConfig(
        String modelType,
        int hiddenSize,
        int intermediateSize,
        int layers,
        int heads,
        int kvHeads,
        int headDim,
        int vocabSize,
        int maxPositionEmbeddings,
        float rmsNormEps,
        double ropeTheta,
        String hiddenAct,
        boolean attentionBias,
        boolean mlpBias,
        boolean tieWordEmbeddings) {}
