package io.flinkllava.flink.options;

import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.Configuration;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Supplier;

/**
 * Reads options out of texts and collects what is wrong with them, so that a user learns of all of
 * it at once. Whoever reads calls {@link #finish} in the end. Not thread-safe.
 */
public final class OptionReader {

    private final Map<String, String> given;
    private final Configuration values;
    private final SortedSet<String> known = new TreeSet<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * Reads these.
     *
     * @param given texts by the keys of their options; copied
     */
    public OptionReader(Map<String, String> given) {
        this.given = Map.copyOf(given);
        this.values = Configuration.fromMap(given);
    }

    /** The value of an option, or its default if there is none or it cannot be read. */
    public <T> T read(ConfigOption<T> option) {
        return given(option).orElse(option.defaultValue());
    }

    /** What an option was set to, if it was and can be read. */
    public <T> Optional<T> given(ConfigOption<T> option) {
        known.add(option.key());
        return tried(() -> values.getOptional(option)).orElse(Optional.empty());
    }

    /**
     * What an option that has no default was set to.
     *
     * @param what to give, for the message that says it is missing
     */
    public Optional<String> required(ConfigOption<String> option, String what) {
        Optional<String> value = given(option).filter(text -> !text.isBlank());
        if (value.isEmpty()) {
            problem("'" + option.key() + "' is missing: give " + what);
        }
        return value;
    }

    /** Which constant an option was set to, or its default. */
    public <E extends Enum<E>> E constant(ConfigOption<String> option, Class<E> type) {
        return tried(() -> Spelling.parse(option.key(), read(option), type))
                .orElseGet(() -> Spelling.parse(option.key(), option.defaultValue(), type));
    }

    /** Applies what was set to a value. */
    public <S> S apply(S start, Collection<? extends Setting<S, ?>> settings) {
        S result = start;
        for (Setting<S, ?> setting : settings) {
            result = applied(result, setting);
        }
        return result;
    }

    private <S, T> S applied(S before, Setting<S, T> setting) {
        return given(setting.option())
                .flatMap(value -> tried(() -> setting.change().apply(before, value)))
                .orElse(before);
    }

    /** Takes keys that somebody else reads. */
    public void ignore(Collection<String> keys) {
        known.addAll(keys);
    }

    /** Notes something else that is wrong. */
    public void problem(String text) {
        problems.add(text);
    }

    /** A value, unless making it fails, which is noted. */
    public <T> Optional<T> tried(Supplier<T> value) {
        try {
            return Optional.of(value.get());
        } catch (IllegalArgumentException e) {
            problem(reason(e));
            return Optional.empty();
        }
    }

    /** Flink says which key it could not read, and its cause says why. */
    private static String reason(IllegalArgumentException e) {
        return e.getCause() == null || e.getCause().getMessage() == null
                ? e.getMessage()
                : e.getMessage() + " " + e.getCause().getMessage();
    }

    /**
     * Refuses what is wrong and what nobody asked for.
     *
     * @param where whose options they are, to begin a message with
     * @throws IllegalArgumentException which names every wrong key and value
     */
    public void finish(String where) {
        List<String> unknown =
                given.keySet().stream().filter(key -> !known.contains(key)).sorted().toList();
        if (!unknown.isEmpty()) {
            problem("unknown options " + unknown + "; there are " + known);
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException(where + ": " + String.join("; ", problems));
        }
    }
}
