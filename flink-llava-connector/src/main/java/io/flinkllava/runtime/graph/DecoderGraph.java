package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.graph.GraphWriter.Element;

import java.util.ArrayList;
import java.util.List;

/**
 * The language model, one graph for prefill and decode. Image features are scattered over the
 * embeddings of image tokens, keys and values go to the KV arena in place, and only the last
 * position of each row is scored.
 *
 * <p>Implements {@code LlamaForCausalLM}, {@code MistralForCausalLM} and {@code Qwen2ForCausalLM}
 * of Hugging Face transformers ({@code modeling_llama.py}, {@code modeling_mistral.py}, {@code
 * modeling_qwen2.py}), which differ in what {@link TextConfig} says of biases and windows, with
 * ONNX Runtime's {@code GroupQueryAttention}, which updates the cache in place when past and
 * present are bound to the same memory.
 *
 * <p>Shapes: {@code batch} rows of {@code sequence} new tokens each; {@code capacity} is the length
 * of a row in the arena and {@code headDim} in it is {@link #headDim}.
 */
public final class DecoderGraph {

    /** Input, {@code [batch, sequence]}, int64. */
    public static final String INPUT_IDS = "input_ids";

    /** Input, {@code [features, hidden]} in the compute type; may be empty. */
    public static final String IMAGE_FEATURES = VisionGraph.IMAGE_FEATURES;

    /** Input, {@code [features, 1]}, int64: the flat position {@code row * sequence + column}. */
    public static final String IMAGE_POSITIONS = "image_positions";

    /** Input, {@code [batch]}, int32: a row's length after this step, less one. */
    public static final String SEQLENS_K = "seqlens_k";

    /** Input, scalar, int32, always on the CPU: the longest row after this step. */
    public static final String TOTAL_LENGTH = "total_sequence_length";

    /** Input, {@code [batch]}, int64: the flat position that is scored for each row. */
    public static final String LAST_POSITIONS = "last_positions";

    /** Output, {@code [batch, vocabulary]}, float32. */
    public static final String LOGITS = "logits";

    /**
     * Output, {@code [batch]}, int64: the best token of each row, or {@link #NONE} if a score is
     * not finite.
     */
    public static final String BEST = "best";

    /** See {@link #BEST}: where numbers overflowed, ArgMax would name some token or other. */
    public static final int NONE = -1;

    private static final String MODEL = "language_model.model.";

    private final GraphWriter graph;
    private final TextConfig text;
    private final WordEmbeddings words;
    private final HeadPadding padding;
    private final int headDim;
    private final int capacity;
    private final String rows;
    private final String sequences;

    private DecoderGraph(Checkpoint checkpoint, ComputeType compute, int capacity) {
        this.text = checkpoint.config().text();
        this.capacity = capacity;
        this.graph = new GraphWriter("decoder", checkpoint.weights(), compute);
        this.words = WordEmbeddings.of(text, checkpoint.weights());
        this.padding = new HeadPadding(graph, text.headDim());
        this.headDim = headDim(text);
        graph.input(INPUT_IDS, Element.INT64, "batch", "sequence");
        this.rows = graph.constant(-1, text.hiddenSize());
        this.sequences =
                graph.node(
                        "Concat",
                        List.of(graph.node("Shape", List.of(INPUT_IDS)), graph.constant(-1)),
                        Attribute.of("axis", 0));
    }

    /**
     * Writes the graph.
     *
     * @param capacity positions in a row of the arena
     */
    public static OnnxGraph write(Checkpoint checkpoint, ComputeType compute, int capacity) {
        return new DecoderGraph(checkpoint, compute, capacity).write();
    }

    /**
     * Size of a head in the arena: that of the model, or a little more where attention wants it.
     */
    public static int headDim(TextConfig text) {
        return HeadPadding.padded(text.headDim());
    }

    /**
     * Name of a layer's part of the arena as input, {@code [batch, kvHeads, capacity, headDim]}.
     */
    public static String past(int layer, Cache cache) {
        return "past_" + cache.suffix + "." + layer;
    }

    /** Name of the same memory as output. */
    public static String present(int layer, Cache cache) {
        return "present_" + cache.suffix + "." + layer;
    }

    /** The two halves of a KV cache. */
    public enum Cache {
        KEY("key"),
        VALUE("value");

        private final String suffix;

        Cache(String suffix) {
            this.suffix = suffix;
        }
    }

    private OnnxGraph write() {
        graph.input(SEQLENS_K, Element.INT32, "batch");
        graph.input(TOTAL_LENGTH, Element.INT32);
        graph.input(LAST_POSITIONS, Element.INT64, "batch");
        RotaryCache rotary = RotaryCache.of(text.rope(), text.headDim(), headDim / 2, capacity);
        String cos = graph.constant("cos_cache", capacity, rotary.columns(), rotary.cos());
        String sin = graph.constant("sin_cache", capacity, rotary.columns(), rotary.sin());

        String residual = embed();
        String x = firstNorm(residual);
        for (int layer = 0; layer < text.layers(); layer++) {
            String prefix = MODEL + "layers." + layer + ".";
            String attention = attention(x, layer, cos, sin);
            if (layer == text.layers() - 1) {
                // Only these positions are scored: nothing above needs the others.
                attention = lastPositions(attention);
                residual = lastPositions(residual);
            }
            String attended = outputProjection(attention, prefix);
            Normed middle = skipNorm(attended, residual, prefix + "post_attention_layernorm");
            Normed next =
                    skipNorm(mlp(middle.normed(), prefix + "mlp."), middle.sum(), after(layer));
            x = next.normed();
            residual = next.sum();
        }
        score(x);
        return graph.build();
    }

    /** Token embeddings with the image features in place: {@code [batch * sequence, hidden]}. */
    private String embed() {
        graph.input(IMAGE_FEATURES, Element.COMPUTE, "features", text.hiddenSize());
        graph.input(IMAGE_POSITIONS, Element.INT64, "features", 1);
        String embeddings =
                graph.rows(words.table(), INPUT_IDS, text.vocabSize(), text.hiddenSize());
        return graph.node(
                "ScatterND", List.of(reshape(embeddings, rows), IMAGE_POSITIONS, IMAGE_FEATURES));
    }

    /** Attention before its output projection: {@code [batch * sequence, heads * headDim]}. */
    private String attention(String x, int layer, String cos, String sin) {
        String prefix = MODEL + "layers." + layer + ".self_attn.";
        String query = project(x, prefix + "q_proj", text.heads());
        String key = project(x, prefix + "k_proj", text.kvHeads());
        String value = project(x, prefix + "v_proj", text.kvHeads());
        List<Attribute> attributes =
                new ArrayList<>(
                        List.of(
                                Attribute.of("num_heads", text.heads()),
                                Attribute.of("kv_num_heads", text.kvHeads()),
                                Attribute.of("do_rotary", 1),
                                Attribute.of("scale", (float) (1 / Math.sqrt(text.headDim())))));
        text.windows()
                .get(layer)
                .ifPresent(window -> attributes.add(Attribute.of("local_window_size", window)));
        String output = graph.fresh("attention");
        graph.contrib(
                "GroupQueryAttention",
                List.of(
                        query,
                        key,
                        value,
                        arena(layer, Cache.KEY),
                        arena(layer, Cache.VALUE),
                        SEQLENS_K,
                        TOTAL_LENGTH,
                        cos,
                        sin),
                List.of(output, present(layer, Cache.KEY), present(layer, Cache.VALUE)),
                attributes.toArray(Attribute[]::new));
        return reshape(
                padding.narrow(output), graph.constant(-1, (long) text.heads() * text.headDim()));
    }

    /** Queries, keys or values of all heads: {@code [batch, sequence, heads * headDim]}. */
    private String project(String x, String prefix, int heads) {
        String flat =
                graph.linear(
                        x,
                        prefix,
                        (long) heads * text.headDim(),
                        text.hiddenSize(),
                        text.biases().queryKeyValue());
        return reshape(padding.widen(flat), sequences);
    }

    private String arena(int layer, Cache cache) {
        Object[] shape = {"batch", text.kvHeads(), capacity, headDim};
        graph.declareOutput(present(layer, cache), Element.COMPUTE, shape);
        return graph.input(past(layer, cache), Element.COMPUTE, shape);
    }

    private String outputProjection(String attention, String prefix) {
        return graph.linear(
                attention,
                prefix + "self_attn.o_proj",
                text.hiddenSize(),
                (long) text.heads() * text.headDim(),
                text.biases().output());
    }

    private String mlp(String x, String prefix) {
        long width = text.hiddenSize();
        long inner = text.intermediateSize();
        boolean bias = text.biases().mlp();
        String gate = graph.linear(x, prefix + "gate_proj", inner, width, bias);
        String up = graph.linear(x, prefix + "up_proj", inner, width, bias);
        String active = Activation.apply(graph, text.hiddenAct(), gate);
        String product = graph.node("Mul", List.of(active, up));
        return graph.linear(product, prefix + "down_proj", width, inner, bias);
    }

    private String firstNorm(String x) {
        return graph.node(
                "SimplifiedLayerNormalization",
                List.of(x, normWeight(MODEL + "layers.0.input_layernorm")),
                Attribute.of("axis", -1),
                Attribute.of("epsilon", text.rmsNormEps()),
                Attribute.of("stash_type", 1));
    }

    /** The norm that follows a layer: the next layer's first, or the model's last. */
    private String after(int layer) {
        return layer == text.layers() - 1
                ? MODEL + "norm"
                : MODEL + "layers." + (layer + 1) + ".input_layernorm";
    }

    /** A residual connection and the RMS norm behind it. */
    private Normed skipNorm(String x, String residual, String prefix) {
        String normed = graph.fresh("normed");
        String sum = graph.fresh("residual");
        graph.contrib(
                "SkipSimplifiedLayerNormalization",
                List.of(x, residual, normWeight(prefix)),
                List.of(normed, "", "", sum),
                Attribute.of("epsilon", text.rmsNormEps()));
        return new Normed(normed, sum);
    }

    private String normWeight(String prefix) {
        return graph.weight(prefix + ".weight", text.hiddenSize());
    }

    private String lastPositions(String x) {
        return graph.node("Gather", List.of(x, LAST_POSITIONS));
    }

    private void score(String x) {
        String logits =
                graph.toFloat32(
                        graph.product(x, words.head(), text.vocabSize(), text.hiddenSize()));
        graph.output(LOGITS, logits, Element.FLOAT32, "batch", text.vocabSize());
        String best =
                graph.node(
                        "ArgMax",
                        List.of(logits),
                        Attribute.of("axis", -1),
                        Attribute.of("keepdims", 0));
        String sum =
                graph.node(
                        "ReduceSum",
                        List.of(logits, graph.constant(-1)),
                        Attribute.of("keepdims", 0));
        // Zero, or no number where one of the scores was none.
        String broken = graph.node("IsNaN", List.of(graph.node("Sub", List.of(sum, sum))));
        graph.output(
                BEST,
                graph.node("Where", List.of(broken, graph.constant(NONE), best)),
                Element.INT64,
                "batch");
    }

    private String reshape(String x, String shape) {
        return graph.node("Reshape", List.of(x, shape));
    }

    /**
     * A normalised value and the sum it was made from, which the next residual connection adds to.
     */
    private record Normed(String normed, String sum) {}
}
