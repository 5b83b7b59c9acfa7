package io.flinkllava.examples;

import io.flinkllava.runtime.ComputeOptions;
import io.flinkllava.runtime.ComputeOptions.NumberType;
import io.flinkllava.runtime.ComputeOptions.Quantization;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Arguments that say in what numbers a model computes. */
final class ComputeArguments {

    @Option(
            names = "--dtype",
            paramLabel = "auto|float32|float16|bfloat16",
            converter = NumberTypeConverter.class,
            description =
                    "In what the model computes: float32 on the CPU, float16 or bfloat16 on a GPU."
                            + " Default: auto, float32 on the CPU and float16 on a GPU.")
    private NumberType dtype = ComputeOptions.DEFAULT.type();

    @Option(
            names = "--quantization",
            paramLabel = "none|rowwise-8bit|weight-8bit|weight-4bit",
            converter = QuantizationConverter.class,
            description =
                    "Makes the weights smaller when the model is loaded. rowwise-8bit: the fastest"
                            + " on the CPU, and only there. weight-8bit, weight-4bit: less memory"
                            + " and faster decoding. Default: none.")
    private Quantization quantization = ComputeOptions.DEFAULT.quantization();

    @Option(
            names = "--weight-cache",
            paramLabel = "DIR",
            description =
                    "Keeps quantized weights in this folder, so that the next start need not make"
                            + " them. Default: made at every start.")
    private Path weightCache;

    ComputeOptions options() {
        return new ComputeOptions(
                dtype,
                quantization,
                weightCache == null
                        ? ComputeOptions.NO_CACHE
                        : weightCache.toAbsolutePath().toString());
    }

    /** Reads {@code --dtype}. */
    static final class NumberTypeConverter implements ITypeConverter<NumberType> {
        @Override
        public NumberType convert(String value) {
            return constant(NumberType.values(), "dtype", value);
        }
    }

    /** Reads {@code --quantization}. */
    static final class QuantizationConverter implements ITypeConverter<Quantization> {
        @Override
        public Quantization convert(String value) {
            return constant(Quantization.values(), "quantization", value);
        }
    }

    private static <E extends Enum<E>> E constant(E[] constants, String option, String value) {
        return Arrays.stream(constants)
                .filter(constant -> spelled(constant).equals(value))
                .findFirst()
                .orElseThrow(
                        () ->
                                new TypeConversionException(
                                        "Unknown "
                                                + option
                                                + " '"
                                                + value
                                                + "': use "
                                                + Arrays.stream(constants)
                                                        .map(ComputeArguments::spelled)
                                                        .collect(Collectors.joining(", "))));
    }

    private static String spelled(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
