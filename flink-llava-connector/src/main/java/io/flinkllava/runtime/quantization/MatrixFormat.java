package io.flinkllava.runtime.quantization;

import io.flinkllava.runtime.ComputeOptions.Quantization;
import io.flinkllava.runtime.checkpoint.Dtype;
import io.flinkllava.runtime.checkpoint.WeightTensor;
import io.flinkllava.runtime.checkpoint.Weights;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * How a quantized matrix {@code [out, in]} of a linear layer is kept: as tensors that are named
 * after it, so that the names say what is there.
 *
 * <p>The layouts are those of ONNX Runtime's {@code MatMulIntegerToFloat} and {@code MatMulNBits}.
 */
public enum MatrixFormat {
    /**
     * {@code values [in, out]}, int8 within +-63, and {@code scales [out]}, float32. The full range
     * would saturate where a processor adds two products in 16 bits (AVX2 without VNNI).
     */
    ROWWISE_8BIT(8, false) {
        @Override
        Map<String, TensorShape> tensors(String matrix, long out, long in) {
            Map<String, TensorShape> tensors = new LinkedHashMap<>();
            tensors.put(scales(matrix), new TensorShape(Dtype.F32, List.of(out)));
            tensors.put(values(matrix), new TensorShape(Dtype.I8, List.of(in, out)));
            return tensors;
        }
    },
    /**
     * {@code values [out, blocks, 32]}, uint8 around 128, and {@code scales [out * blocks]},
     * float32.
     */
    BLOCKWISE_8BIT(8, false),
    /**
     * {@code values [out, blocks, 16]}, two in a byte, the lower bits first, {@code scales [out *
     * blocks]}, float32, and {@code zero_points [out * ceil(blocks / 2)]}, two in a byte likewise.
     */
    BLOCKWISE_4BIT(4, true);

    /**
     * Numbers that share a scale. With 64 or 128 of them ONNX Runtime's kernels for one row and for
     * many add up in another order, and a score would depend on its batch; 32 is the most exact,
     * too.
     */
    public static final int BLOCK = 32;

    private final int bits;
    private final boolean zeroPoints;

    MatrixFormat(int bits, boolean zeroPoints) {
        this.bits = bits;
        this.zeroPoints = zeroPoints;
    }

    /** The format that an option asks for; empty for weights as they are. */
    static Optional<MatrixFormat> of(Quantization quantization) {
        return switch (quantization) {
            case NONE -> Optional.empty();
            case ROWWISE_8BIT -> Optional.of(ROWWISE_8BIT);
            case WEIGHT_8BIT -> Optional.of(BLOCKWISE_8BIT);
            case WEIGHT_4BIT -> Optional.of(BLOCKWISE_4BIT);
        };
    }

    /** The format in which weights have a matrix; empty where it was not quantized. */
    public static Optional<MatrixFormat> of(Weights weights, String matrix) {
        return Arrays.stream(values())
                .filter(format -> weights.contains(format.values(matrix)))
                .findAny();
    }

    /** Bits of a value. */
    public int bits() {
        return bits;
    }

    /** Whether zero lies elsewhere in each block. */
    public boolean hasZeroPoints() {
        return zeroPoints;
    }

    /** Blocks of a row of the matrix; the last one may be filled up. */
    public static long blocks(long in) {
        return (in + BLOCK - 1) / BLOCK;
    }

    public String values(String matrix) {
        return name(matrix, "values");
    }

    public String scales(String matrix) {
        return name(matrix, "scales");
    }

    public String zeroPoints(String matrix) {
        return name(matrix, "zero_points");
    }

    private String name(String matrix, String part) {
        return matrix + "." + name().toLowerCase(Locale.ROOT) + "." + part;
    }

    /**
     * What a matrix becomes: wide elements first, so that each tensor begins at a multiple of its
     * elements.
     */
    Map<String, TensorShape> tensors(String matrix, long out, long in) {
        long blocks = blocks(in);
        Map<String, TensorShape> tensors = new LinkedHashMap<>();
        tensors.put(scales(matrix), new TensorShape(Dtype.F32, List.of(out * blocks)));
        tensors.put(
                values(matrix),
                new TensorShape(Dtype.U8, List.of(out, blocks, (long) BLOCK * bits / Byte.SIZE)));
        if (zeroPoints) {
            tensors.put(
                    zeroPoints(matrix),
                    new TensorShape(Dtype.U8, List.of(out * ((blocks + 1) / 2))));
        }
        return tensors;
    }

    Map<String, TensorShape> tensors(WeightTensor matrix) {
        return tensors(matrix.name(), matrix.shape().get(0), matrix.shape().get(1));
    }
}
