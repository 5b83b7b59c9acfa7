package io.flinkllava.runtime.graph;

import java.util.List;

/**
 * Widens attention heads with zeros where {@code GroupQueryAttention} wants it: it turns the halves
 * of a head in columns of 8 at a time. A zero adds nothing to a product of query and key and makes
 * a zero of a value, so that nothing changes but the size.
 *
 * <p>It is done to the few values of a step. Wider weights would be read at every step, and their
 * making at load would take several times their size.
 */
final class HeadPadding {

    private static final int COLUMNS = 8;

    private final GraphWriter graph;
    private final int half;
    private final int paddedHalf;

    HeadPadding(GraphWriter graph, int headDim) {
        this.graph = graph;
        this.half = headDim / 2;
        this.paddedHalf = padded(headDim) / 2;
    }

    /** Size of a head after padding. */
    static int padded(int headDim) {
        return (headDim / 2 + COLUMNS - 1) / COLUMNS * COLUMNS * 2;
    }

    /** Heads of {@code headDim}, one after the other, become heads of {@code padded}, flat. */
    String widen(String heads) {
        if (half == paddedHalf) {
            return heads;
        }
        String halves = reshape(heads, half);
        return graph.node("Pad", List.of(halves, graph.constant(0, 0, 0, paddedHalf - half)));
    }

    /** Takes what {@link #widen} added off again, flat. */
    String narrow(String heads) {
        if (half == paddedHalf) {
            return heads;
        }
        String halves = reshape(heads, paddedHalf);
        return graph.node(
                "Slice",
                List.of(halves, graph.constant(0), graph.constant(half), graph.constant(1)));
    }

    private String reshape(String x, long columns) {
        return graph.node("Reshape", List.of(x, graph.constant(-1, columns)));
    }
}
