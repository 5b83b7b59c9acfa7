package io.flinkllava.flink.options;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.pictures.LimitedBytes;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;

import java.io.Serializable;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

/**
 * What a user said of a model, as a job carries it.
 *
 * @param generation how it answers
 * @param requestTimeout how long a request may take; {@link LlavaRequest#NO_LIMIT} for as long as
 *     it needs
 * @param pictures which pictures may be read by path or URI
 */
public record LlavaSettings(
        TaskModel model,
        GenerationParameters generation,
        Duration requestTimeout,
        PictureAccess pictures)
        implements Serializable {

    public LlavaSettings {
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(generation, "generation");
        Objects.requireNonNull(requestTimeout, "requestTimeout");
        Objects.requireNonNull(pictures, "pictures");
    }

    /** Reads the options of {@link LlavaOptions}; whatever is wrong is the reader's to tell. */
    public static LlavaSettings read(OptionReader reader) {
        ModelOptions options = reader.apply(ModelOptions.DEFAULT, LlavaOptions.OPENING);
        return new LlavaSettings(
                new TaskModel(
                        reader.required(LlavaOptions.MODEL, "the checkpoint folder").orElse(""),
                        options,
                        reader.constant(LlavaOptions.SCOPE, ModelScope.class),
                        linger(reader)),
                reader.apply(GenerationParameters.DEFAULT, LlavaOptions.ANSWERING),
                reader.given(LlavaOptions.REQUEST_TIMEOUT).orElse(LlavaRequest.NO_LIMIT),
                pictures(reader, options.limits().maxImageBytes()));
    }

    private static PictureAccess pictures(OptionReader reader, int maxImageBytes) {
        PictureAccess access = reader.apply(PictureAccess.NONE, LlavaOptions.READING);
        if (maxImageBytes > LimitedBytes.LARGEST) {
            reader.problem("max-image-bytes must be at most " + LimitedBytes.LARGEST);
            return access;
        }
        return access.withMaxBytes(maxImageBytes);
    }

    private static Duration linger(OptionReader reader) {
        Duration linger = reader.read(LlavaOptions.LINGER);
        if (linger.isNegative()) {
            reader.problem("linger is " + linger + ", it must not be negative");
            return LlavaOptions.LINGER.defaultValue();
        }
        return linger;
    }

    /**
     * Reads a map of nothing but these options.
     *
     * @param where whose options they are, to begin a message with
     * @throws IllegalArgumentException which names every wrong key and value
     */
    public static LlavaSettings read(String where, Map<String, String> given) {
        OptionReader reader = new OptionReader(given);
        LlavaSettings settings = read(reader);
        reader.finish(where);
        return settings;
    }

    /** Whether requests have a time limit at all. */
    public boolean hasRequestTimeout() {
        return !requestTimeout.equals(LlavaRequest.NO_LIMIT);
    }

    /** The same, answering so. */
    public LlavaSettings withGeneration(GenerationParameters value) {
        return new LlavaSettings(model, value, requestTimeout, pictures);
    }

    /** The same, with this limit, or {@link LlavaRequest#NO_LIMIT}. */
    public LlavaSettings withRequestTimeout(Duration value) {
        return new LlavaSettings(model, generation, value, pictures);
    }
}
