package io.flinkllava.runtime.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/**
 * The language models that are known, and all that differs between them: what their configuration
 * classes in transformers take where a key is absent, and which keys their code asks at all.
 */
enum LanguageModel {
    /** {@code LlamaConfig}: LLaMA 1 to 3, Vicuna, Yi. */
    LLAMA(
            "llama",
            11_008,
            OptionalInt.empty(),
            32_000,
            2048,
            OptionalInt.of(2),
            BiasRule.AS_CONFIGURED,
            WindowRule.NO_LAYER),
    /** {@code MistralConfig}. */
    MISTRAL(
            "mistral",
            14_336,
            OptionalInt.of(8),
            32_000,
            131_072,
            OptionalInt.of(2),
            BiasRule.NONE,
            WindowRule.EVERY_LAYER),
    /** {@code Qwen2Config}: Qwen1.5, Qwen2, Qwen2.5. */
    QWEN2(
            "qwen2",
            22_016,
            OptionalInt.of(32),
            151_936,
            32_768,
            OptionalInt.empty(),
            BiasRule.QUERY_KEY_VALUE,
            WindowRule.CHOSEN_LAYERS);

    final String modelType;
    final int intermediateSize;

    /** {@code num_key_value_heads}; empty where it is the number of heads. */
    final OptionalInt kvHeads;

    final int vocabSize;
    final int maxPositionEmbeddings;
    final OptionalInt eosTokenId;
    final BiasRule biasRule;
    final WindowRule windowRule;

    LanguageModel(
            String modelType,
            int intermediateSize,
            OptionalInt kvHeads,
            int vocabSize,
            int maxPositionEmbeddings,
            OptionalInt eosTokenId,
            BiasRule biasRule,
            WindowRule windowRule) {
        this.modelType = modelType;
        this.intermediateSize = intermediateSize;
        this.kvHeads = kvHeads;
        this.vocabSize = vocabSize;
        this.maxPositionEmbeddings = maxPositionEmbeddings;
        this.eosTokenId = eosTokenId;
        this.biasRule = biasRule;
        this.windowRule = windowRule;
    }

    static Optional<LanguageModel> of(String modelType) {
        return Arrays.stream(values())
                .filter(model -> model.modelType.equals(modelType))
                .findFirst();
    }

    /** The names that {@link #of} knows, to be shown. */
    static String known() {
        return Arrays.stream(values())
                .map(model -> model.modelType)
                .collect(Collectors.joining(", "));
    }

    /** Who decides which linear layers have a bias. */
    enum BiasRule {
        /** {@code attention_bias} for all four projections of attention, {@code mlp_bias}. */
        AS_CONFIGURED,
        NONE,
        /** The three projections before attention, whatever the file says. */
        QUERY_KEY_VALUE
    }

    /** Which layers look back over {@code sliding_window} positions only. */
    enum WindowRule {
        NO_LAYER,
        EVERY_LAYER,
        /**
         * With {@code use_sliding_window} those of {@code layer_types}, or else those from {@code
         * max_window_layers} on.
         */
        CHOSEN_LAYERS
    }
}
