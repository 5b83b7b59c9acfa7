package io.flinkllava.runtime.checkpoint;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * How the weights of an exported graph are stored, by the suffixes of transformers.js ({@code
 * DEFAULT_DTYPE_SUFFIX_MAPPING} in {@code utils/dtypes.js}); the most exact first.
 */
enum ExportedVariant {
    FP32("fp32", ""),
    FP16("fp16", "_fp16"),
    Q8("q8", "_quantized"),
    INT8("int8", "_int8"),
    UINT8("uint8", "_uint8"),
    Q4("q4", "_q4"),
    Q4F16("q4f16", "_q4f16"),
    BNB4("bnb4", "_bnb4");

    private final String label;
    private final String suffix;

    ExportedVariant(String label, String suffix) {
        this.label = label;
        this.suffix = suffix;
    }

    /** How options and {@code transformers.js_config} spell it. */
    String label() {
        return label;
    }

    String suffix() {
        return suffix;
    }

    static Optional<ExportedVariant> named(String name) {
        return Arrays.stream(values()).filter(variant -> variant.label.equals(name)).findAny();
    }

    static String labels() {
        return Arrays.stream(values())
                .map(ExportedVariant::label)
                .collect(Collectors.joining(", "));
    }
}
