package io.flinkllava.runtime.checkpoint;

import java.util.List;
import java.util.OptionalInt;

/**
 * The language model, from {@code text_config}: a LLaMA-shaped decoder.
 *
 * @param modelType {@code llama}, {@code mistral} or {@code qwen2}
 * @param kvHeads heads of keys and values; fewer than {@code heads} in grouped-query attention
 * @param headDim size of one head; not always {@code hiddenSize / heads}
 * @param maxPositionEmbeddings positions the model was trained for
 * @param hiddenAct activation of the gated MLP, as Hugging Face names it
 * @param windows for each layer how many positions a token sees, itself included; empty where it
 *     sees all before it
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
        RopeConfig rope,
        String hiddenAct,
        Biases biases,
        List<OptionalInt> windows,
        boolean tieWordEmbeddings) {

    public TextConfig {
        windows = List.copyOf(windows);
    }

    /**
     * Which linear layers have a bias.
     *
     * @param queryKeyValue the projections before attention
     * @param output the projection behind it
     * @param mlp all three of the gated MLP
     */
    public record Biases(boolean queryKeyValue, boolean output, boolean mlp) {}
}
