package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.checkpoint.TextConfig.Biases;

import java.util.Optional;
import java.util.OptionalInt;

/**
 * Reads {@code text_config}; defaults are those of the language model's configuration class in
 * transformers, see {@link LanguageModel}.
 */
final class TextConfigReader {

    private static final String MODEL_TYPE = "model_type";

    private TextConfigReader() {}

    /** Reads the section of a family whose language model is LLaMA where the file does not say. */
    static TextConfig read(JsonObject config, Optional<JsonObject> section) {
        return read(config, section, LanguageModel.LLAMA);
    }

    /**
     * Reads the language model's section.
     *
     * @param config the whole file: {@code tie_word_embeddings} may stand there
     * @param absent the family's language model where the section does not name one
     */
    static TextConfig read(JsonObject config, Optional<JsonObject> section, LanguageModel absent) {
        JsonObject text = section.orElseGet(() -> config.emptyObject("text_config"));
        LanguageModel model =
                LanguageModel.of(text.text(MODEL_TYPE).orElse(absent.modelType))
                        .orElseThrow(
                                () ->
                                        text.wrong(
                                                MODEL_TYPE,
                                                "one of "
                                                        + LanguageModel.known()
                                                        + ": no other language model is supported"
                                                        + " yet"));
        return read(config, text, model);
    }

    /** Reads the keys of a language model that is known, wherever they stand. */
    static TextConfig read(JsonObject config, JsonObject text, LanguageModel model) {
        int hiddenSize = text.positive("hidden_size", 4096);
        int heads = text.positive("num_attention_heads", 32);
        int layers = text.positive("num_hidden_layers", 32);
        int positions = text.positive("max_position_embeddings", model.maxPositionEmbeddings);
        return new TextConfig(
                model.modelType,
                hiddenSize,
                text.positive("intermediate_size", model.intermediateSize),
                layers,
                heads,
                kvHeads(text, model, heads),
                headDim(text, hiddenSize, heads),
                text.positive("vocab_size", model.vocabSize),
                positions,
                (float) text.number("rms_norm_eps", 1e-6),
                RopeReader.read(text, positions),
                text.text("hidden_act").orElse("silu"),
                biases(text, model),
                WindowReader.read(text, model, layers),
                tied(text) || tied(config));
    }

    private static int kvHeads(JsonObject text, LanguageModel model, int heads) {
        String key = "num_key_value_heads";
        // null asks for one head of keys a query head, also where absent means something else.
        OptionalInt absent = text.isNull(key) ? OptionalInt.empty() : model.kvHeads;
        int kvHeads = text.positive(key, absent.orElse(heads));
        if (heads % kvHeads != 0) {
            throw text.wrong(key, "a divisor of num_attention_heads, " + heads);
        }
        return kvHeads;
    }

    private static int headDim(JsonObject text, int hiddenSize, int heads) {
        if (!text.has("head_dim") && hiddenSize % heads != 0) {
            throw text.wrong(
                    "hidden_size",
                    "a multiple of num_attention_heads, " + heads + ", where head_dim is absent");
        }
        int headDim = text.positive("head_dim", hiddenSize / heads);
        if (headDim % 2 != 0) {
            throw text.wrong("head_dim", "even: rotary embeddings turn its halves");
        }
        return headDim;
    }

    private static Biases biases(JsonObject text, LanguageModel model) {
        return switch (model.biasRule) {
            case AS_CONFIGURED -> {
                boolean attention = text.flag("attention_bias", false);
                yield new Biases(attention, attention, text.flag("mlp_bias", false));
            }
            case NONE -> new Biases(false, false, false);
            case QUERY_KEY_VALUE -> new Biases(true, false, false);
        };
    }

    private static boolean tied(JsonObject json) {
        return json.flag("tie_word_embeddings", false);
    }
}
