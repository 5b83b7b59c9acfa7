package io.flinkllava.flink.options;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** How constants are written: {@code ONE_TILE_EACH} is {@code one-tile-each}. */
public final class Spelling {

    private Spelling() {}

    /** The text that stands for a constant. */
    public static String of(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The texts of all constants, as a sentence lists them. */
    public static String all(Class<? extends Enum<?>> type) {
        return Arrays.stream(type.getEnumConstants())
                .map(Spelling::of)
                .collect(Collectors.joining(", "));
    }

    /**
     * The constant that a text stands for, whatever its case.
     *
     * @throws IllegalArgumentException which names the option and lists what it may be
     */
    static <E extends Enum<E>> E parse(String option, String text, Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> of(constant).equals(text.strip().toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(
                        () ->
                                new IllegalArgumentException(
                                        option
                                                + " is '"
                                                + text
                                                + "', it must be one of "
                                                + all(type)));
    }
}
