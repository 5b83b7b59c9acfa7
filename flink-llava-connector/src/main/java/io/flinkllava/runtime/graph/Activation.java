package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.LlavaException;

import java.util.List;

/**
 * Activations by the names of Hugging Face's {@code ACT2FN}. Each is followed exactly: FastGelu in
 * place of QuickGelu, say, is off by 6e-3.
 */
final class Activation {

    private static final float QUICK_GELU = 1.702f;

    private Activation() {}

    static String apply(GraphWriter graph, String name, String x) {
        List<String> in = List.of(x);
        return switch (name) {
            case "gelu" -> graph.node("Gelu", in);
            case "gelu_pytorch_tanh", "gelu_new" ->
                    graph.node("Gelu", in, Attribute.of("approximate", "tanh"));
            case "quick_gelu" -> graph.contrib("QuickGelu", in, Attribute.of("alpha", QUICK_GELU));
            // x * sigmoid(x) in one operator
            case "silu", "swish" -> graph.contrib("QuickGelu", in, Attribute.of("alpha", 1f));
            case "relu" -> graph.node("Relu", in);
            default ->
                    throw LlavaException.model(
                            "config.json names the activation '"
                                    + name
                                    + "'; known are gelu, gelu_pytorch_tanh, gelu_new,"
                                    + " quick_gelu, silu and relu");
        };
    }
}
