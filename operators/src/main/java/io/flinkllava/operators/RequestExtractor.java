package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.util.List;

/**
 * Puts a request together from what a job's functions find in a record.
 *
 * @param images the encoded pictures of a record
 * @param video the encoded frames of a record's video
 * @param messages the dialogue of a record
 */
record RequestExtractor<T>(
        SerializableFunction<T, List<byte[]>> images,
        SerializableFunction<T, List<byte[]>> video,
        SerializableFunction<T, List<Message>> messages,
        GenerationParameters generation)
        implements SerializableFunction<T, LlavaRequest> {

    @Override
    public LlavaRequest apply(T value) {
        return new LlavaRequest(
                allPresent(images.apply(value), "list of images", "image"),
                allPresent(video.apply(value), "video", "frame"),
                present(messages.apply(value), "list of messages"),
                generation);
    }

    private static List<byte[]> allPresent(List<byte[]> values, String list, String name) {
        present(values, list).forEach(value -> present(value, name));
        return values;
    }

    /** Refuses a record that lacks something. */
    static <V> V present(V value, String name) {
        if (value == null) {
            throw LlavaException.input("The record's " + name + " is null.");
        }
        return value;
    }
}
