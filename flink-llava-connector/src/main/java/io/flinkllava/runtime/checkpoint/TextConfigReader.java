package io.flinkllava.runtime.checkpoint;

import java.util.List;
import java.util.Optional;

/** Reads {@code text_config}; defaults are those of {@code LlamaConfig} in transformers. */
final class TextConfigReader {

    private static final double ROPE_THETA = 10_000;

    private TextConfigReader() {}

    /**
     * Reads the language model's section.
     *
     * @param config the whole file: {@code tie_word_embeddings} may stand there
     */
    static TextConfig read(JsonObject config, Optional<JsonObject> section) {
        JsonObject text = section.orElseGet(() -> config.emptyObject("text_config"));
        if (!text.text("model_type").orElse("llama").equals("llama")) {
            throw text.wrong("model_type", "llama: no other language model is supported yet");
        }
        int hiddenSize = text.positive("hidden_size", 4096);
        int heads = text.positive("num_attention_heads", 32);
        return new TextConfig(
                "llama",
                hiddenSize,
                text.positive("intermediate_size", 11_008),
                text.positive("num_hidden_layers", 32),
                heads,
                kvHeads(text, heads),
                headDim(text, hiddenSize, heads),
                text.positive("vocab_size", 32_000),
                text.positive("max_position_embeddings", 2048),
                (float) text.number("rms_norm_eps", 1e-6),
                ropeTheta(text),
                text.text("hidden_act").orElse("silu"),
                text.flag("attention_bias", false),
                text.flag("mlp_bias", false),
                text.flag("tie_word_embeddings", config.flag("tie_word_embeddings", false)));
    }

    private static int kvHeads(JsonObject text, int heads) {
        int kvHeads = text.positive("num_key_value_heads", heads);
        if (heads % kvHeads != 0) {
            throw text.wrong("num_key_value_heads", "a divisor of num_attention_heads, " + heads);
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

    /** Finds the base where transformers 4 (flat) and 5 ({@code rope_parameters}) write it. */
    private static double ropeTheta(JsonObject text) {
        for (String section : List.of("rope_scaling", "rope_parameters")) {
            text.object(section).ifPresent(TextConfigReader::requireDefaultRope);
        }
        double flat = text.number("rope_theta", ROPE_THETA);
        return text.object("rope_parameters")
                .map(parameters -> parameters.number("rope_theta", flat))
                .orElse(flat);
    }

    private static void requireDefaultRope(JsonObject rope) {
        for (String key : List.of("rope_type", "type")) {
            if (!rope.text(key).orElse("default").equals("default")) {
                throw rope.wrong(key, "default: scaled rotary embeddings are not supported yet");
            }
        }
    }
}
