package io.flinkllava.runtime.graph;

import io.flinkllava.runtime.checkpoint.Dtype;
import io.flinkllava.runtime.quantization.MatrixFormat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Multiplies with the matrices of linear layers, in whichever format the weights have them: {@code
 * [rows, in]} to {@code [rows, out]}.
 *
 * <p>No row of a product depends on the others.
 */
final class MatrixProduct {

    /** Steps of a row's values to either side of zero. */
    private static final float STEPS = 127;

    private static final int ZERO_POINT = 128;

    /** Stands in for the largest value of a row of zeros. */
    private static final float TINY = 1e-30f;

    private final GraphWriter graph;
    private final Map<String, Rows> quantized = new HashMap<>();

    MatrixProduct(GraphWriter graph) {
        this.graph = graph;
    }

    /**
     * Writes a product.
     *
     * @param matrix the name of {@code [out, in]}, as Hugging Face stores it
     * @param bias the name of {@code [out]}
     */
    String write(String x, String matrix, long out, long in, Optional<String> bias) {
        Optional<MatrixFormat> format = MatrixFormat.of(graph.weights(), matrix);
        if (format.isEmpty()) {
            return gemm(x, matrix, out, in, bias);
        }
        String product =
                format.get() == MatrixFormat.ROWWISE_8BIT
                        ? rowwise(x, matrix, out, in)
                        : blockwise(x, format.get(), matrix, out, in);
        return bias.map(name -> graph.node("Add", List.of(product, graph.weight(name, out))))
                .orElse(product);
    }

    private String gemm(String x, String matrix, long out, long in, Optional<String> bias) {
        String weight = graph.matrix(matrix, out, in);
        return graph.node(
                "Gemm",
                bias.map(name -> List.of(x, weight, graph.weight(name, out)))
                        .orElse(List.of(x, weight)),
                Attribute.of("transB", 1));
    }

    /** Products of integers, with a scale for each row and for each output. */
    private String rowwise(String x, String matrix, long out, long in) {
        MatrixFormat format = MatrixFormat.ROWWISE_8BIT;
        Rows rows = quantized.computeIfAbsent(x, this::quantize);
        String product =
                graph.contrib(
                        "MatMulIntegerToFloat",
                        List.of(
                                rows.values(),
                                graph.integers(format.values(matrix), Dtype.I8, in, out),
                                graph.scalar("row_step", 1 / STEPS),
                                graph.weight(format.scales(matrix), out),
                                graph.scalar("row_zero_point", ZERO_POINT)));
        return graph.node("Mul", List.of(product, rows.largest()));
    }

    /**
     * Rows as integers from 1 to 255, once for all that are multiplied with them. One scale for all
     * rows, as {@code DynamicQuantizeMatMul} has it, would make a row depend on the others.
     */
    private Rows quantize(String x) {
        String largest =
                graph.node(
                        "Max",
                        List.of(
                                graph.node(
                                        "ReduceMax",
                                        List.of(graph.node("Abs", List.of(x)), graph.constant(-1))),
                                graph.scalar("row_least", TINY)));
        String values =
                graph.node(
                        "QuantizeLinear",
                        List.of(
                                graph.node("Div", List.of(x, largest)),
                                graph.scalar("row_step", 1 / STEPS),
                                graph.scalar("row_zero_point", ZERO_POINT)));
        return new Rows(values, largest);
    }

    /** Weights are widened block by block while they are multiplied. */
    private String blockwise(String x, MatrixFormat format, String matrix, long out, long in) {
        long blocks = MatrixFormat.blocks(in);
        String values =
                graph.integers(
                        format.values(matrix),
                        Dtype.U8,
                        out,
                        blocks,
                        (long) MatrixFormat.BLOCK * format.bits() / Byte.SIZE);
        String scales = graph.weight(format.scales(matrix), out * blocks);
        return graph.contrib(
                "MatMulNBits",
                format.hasZeroPoints()
                        ? List.of(
                                x,
                                values,
                                scales,
                                graph.integers(
                                        format.zeroPoints(matrix),
                                        Dtype.U8,
                                        out * ((blocks + 1) / 2)))
                        : List.of(x, values, scales),
                Attribute.of("K", in),
                Attribute.of("N", out),
                Attribute.of("bits", format.bits()),
                Attribute.of("block_size", MatrixFormat.BLOCK),
                // Products of integers: on the CPU twenty times as fast as widening to float32.
                Attribute.of("accuracy_level", 4));
    }

    /**
     * Rows in integers.
     *
     * @param values {@code [rows, in]}, uint8
     * @param largest {@code [rows, 1]}, what a value of 255 stands for
     */
    private record Rows(String values, String largest) {}
}
