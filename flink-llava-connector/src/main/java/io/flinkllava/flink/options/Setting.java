package io.flinkllava.flink.options;

import org.apache.flink.configuration.ConfigOption;

import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * An option and what it changes.
 *
 * @param change takes what was said so far and the option's value; throws {@link
 *     IllegalArgumentException} if the value is out of range
 */
public record Setting<S, T>(ConfigOption<T> option, BiFunction<S, T, S> change) {

    /** Changes a part of a whole. */
    static <S, P, T> Setting<S, T> of(
            ConfigOption<T> option,
            Function<S, P> part,
            BiFunction<P, T, P> change,
            BiFunction<S, P, S> whole) {
        return new Setting<>(
                option, (all, value) -> whole.apply(all, change.apply(part.apply(all), value)));
    }
}
