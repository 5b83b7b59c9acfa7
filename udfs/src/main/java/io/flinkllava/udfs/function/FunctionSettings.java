package io.flinkllava.udfs.function;

import org.apache.flink.configuration.ConfigOption;

import io.flinkllava.flink.options.LlavaOptions;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.flink.options.OptionReader;
import io.flinkllava.flink.options.Spelling;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.udfs.request.AsyncLimits;

import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

import static org.apache.flink.configuration.ConfigOptions.key;

/**
 * What was said of the functions of a module or a job.
 *
 * @param standard the model that is asked where a call names none
 * @param named models by name
 * @param onError what becomes of rows that fail
 */
public record FunctionSettings(
        LlavaSettings standard, Map<String, LlavaSettings> named, ErrorPolicy onError)
        implements Serializable {

    /** The name that calls give to none. */
    static final String STANDARD = "";

    public static final ConfigOption<String> ON_ERROR =
            key("on-error")
                    .stringType()
                    .defaultValue(Spelling.of(ErrorPolicy.NULL))
                    .withDescription(
                            "what a scalar function makes of a row that fails: "
                                    + Spelling.all(ErrorPolicy.class));

    private static final String NAMED_PREFIX = "models.";

    public FunctionSettings {
        named = Map.copyOf(named);
    }

    /** Reads options; {@code models.<name>.<option>} overrides an option for one model. */
    public static FunctionSettings read(Map<String, String> given, OptionReader reader) {
        Map<String, Map<String, String>> overrides = new TreeMap<>();
        for (Map.Entry<String, String> option : given.entrySet()) {
            String key = option.getKey();
            int dot = key.indexOf('.', NAMED_PREFIX.length());
            if (key.startsWith(NAMED_PREFIX) && dot > 0) {
                reader.ignore(Set.of(key));
                overrides
                        .computeIfAbsent(
                                key.substring(NAMED_PREFIX.length(), dot), any -> new HashMap<>())
                        .put(key.substring(dot + 1), option.getValue());
            }
        }
        Map<String, LlavaSettings> named = new HashMap<>();
        overrides.forEach(
                (name, options) ->
                        reader.tried(() -> overridden(name, given, options))
                                .ifPresent(settings -> named.put(name, settings)));
        return new FunctionSettings(
                LlavaSettings.read(reader), named, reader.constant(ON_ERROR, ErrorPolicy.class));
    }

    private static LlavaSettings overridden(
            String name, Map<String, String> given, Map<String, String> overrides) {
        Set<String> known =
                LlavaOptions.all().stream().map(ConfigOption::key).collect(Collectors.toSet());
        Map<String, String> merged = new HashMap<>(given);
        merged.keySet().retainAll(known);
        merged.putAll(overrides);
        return LlavaSettings.read(NAMED_PREFIX + name, merged);
    }

    /** The same for an asynchronous function. */
    FunctionSettings within(String where, AsyncLimits limits) {
        Map<String, LlavaSettings> limited = new HashMap<>(named);
        limited.replaceAll((name, settings) -> limits.applyTo(where, settings));
        return new FunctionSettings(limits.applyTo(where, standard), limited, onError);
    }

    /**
     * The model of a name.
     *
     * @throws LlavaException INPUT if there is none
     */
    LlavaSettings model(String name) {
        return Optional.ofNullable(name.equals(STANDARD) ? standard : named.get(name))
                .orElseThrow(
                        () ->
                                LlavaException.input(
                                        "There is no model '"
                                                + name
                                                + "': "
                                                + (named.isEmpty()
                                                        ? "none has a name"
                                                        : "there are "
                                                                + new TreeMap<>(named).keySet())));
    }
}
