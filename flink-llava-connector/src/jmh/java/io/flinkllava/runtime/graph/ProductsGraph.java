package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.TextConfig;
import io.flinkllava.runtime.graph.GraphWriter.Element;

import java.util.List;

/**
 * The matrix products of a prefill and nothing else: what is left of a language model where nothing
 * but arithmetic costs time. {@code [tokens, hidden]} in and out.
 *
 * <p>Every product has the shape and the weights that it has in {@link DecoderGraph}, one behind
 * the other; above the last attention it has one row. Heads are those of LLaMA: {@code heads *
 * headDim} is {@code hidden}.
 */
public final class ProductsGraph {

    /** Input, {@code [tokens, hidden]}. */
    public static final String IN = "in";

    /** Output, {@code [1, hidden]}. */
    public static final String OUT = "out";

    private ProductsGraph() {}

    public static OnnxGraph write(Checkpoint checkpoint) {
        TextConfig text = checkpoint.config().text();
        int hidden = text.hiddenSize();
        int inner = text.intermediateSize();
        GraphWriter graph = new GraphWriter("products", checkpoint.weights(), ComputeType.FLOAT32);
        String x = graph.input(IN, Element.FLOAT32, "tokens", hidden);
        for (int layer = 0; layer < text.layers(); layer++) {
            String prefix = "language_model.model.layers." + layer + ".";
            for (String part : new String[] {"q_proj", "k_proj", "v_proj"}) {
                x = graph.linear(x, prefix + "self_attn." + part, hidden, hidden, false);
            }
            if (layer == text.layers() - 1) {
                x = graph.node("Gather", List.of(x, graph.constant(0)));
            }
            x = graph.linear(x, prefix + "self_attn.o_proj", hidden, hidden, false);
            String gate = graph.linear(x, prefix + "mlp.gate_proj", inner, hidden, false);
            String up = graph.linear(x, prefix + "mlp.up_proj", inner, hidden, false);
            String both = graph.node("Add", List.of(gate, up));
            x = graph.linear(both, prefix + "mlp.down_proj", hidden, inner, false);
        }
        graph.output(OUT, x, Element.FLOAT32, 1, hidden);
        return graph.build();
    }
}
