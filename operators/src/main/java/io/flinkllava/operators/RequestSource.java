package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** What a job said about where requests come from; checks that it makes one kind of request. */
final class RequestSource<T> {

    SerializableFunction<T, List<PictureSource>> images;
    SerializableFunction<T, List<PictureSource>> video;
    SerializableFunction<T, String> question;
    SerializableFunction<T, List<Message>> messages;
    SerializableFunction<T, LlavaRequest> request;
    GenerationParameters generation;
    private AnswerConstraint constraint = AnswerConstraint.FREE;
    private String aboutPicture;
    private String aboutVideo;

    /** The questions where a job gives none: about pictures, and about videos alone. */
    RequestSource<T> preset(String picture, String clip) {
        aboutPicture = picture;
        aboutVideo = clip;
        return this;
    }

    /** What all answers must look like. */
    RequestSource<T> constrained(AnswerConstraint value) {
        constraint = value;
        return this;
    }

    static <T> SerializableFunction<T, List<PictureSource>> bytes(
            SerializableFunction<T, List<byte[]>> pictures, String list, String name) {
        Objects.requireNonNull(pictures, list);
        return value -> {
            List<PictureSource> sources = new ArrayList<>();
            for (byte[] picture : present(pictures.apply(value), list)) {
                sources.add(PictureSource.bytes(present(picture, name)));
            }
            return sources;
        };
    }

    static <T> SerializableFunction<T, List<PictureSource>> references(
            SerializableFunction<T, List<String>> references) {
        Objects.requireNonNull(references, "references");
        return value ->
                present(references.apply(value), "list of picture references").stream()
                        .map(PictureSource::reference)
                        .toList();
    }

    /**
     * The function from a record to its request.
     *
     * @throws IllegalStateException if too much or too little was given
     */
    SerializableFunction<T, RequestDraft> drafts() {
        if (request != null) {
            require(
                    images == null
                            && video == null
                            && question == null
                            && messages == null
                            && generation == null,
                    "request(...) brings pictures, video, dialogue and generation settings: give"
                            + " nothing else, or leave request(...) out.");
            SerializableFunction<T, LlavaRequest> whole = request;
            return value -> RequestDraft.of(present(whole.apply(value), "request"));
        }
        require(
                question == null || messages == null,
                "question(...) and messages(...) exclude each other: give one of them.");
        require(
                messages != null || images != null || video != null,
                "There is no picture: give image(...), images(...), imageReference(...) or"
                        + " video(...).");
        SerializableFunction<T, List<PictureSource>> pictures = orNone(images);
        SerializableFunction<T, List<PictureSource>> frames = orNone(video);
        SerializableFunction<T, List<Message>> dialogue =
                messages == null ? asMessages() : messages;
        GenerationParameters parameters = generation();
        return value ->
                new RequestDraft(
                        pictures.apply(value),
                        frames.apply(value),
                        present(dialogue.apply(value), "list of messages"),
                        parameters,
                        LlavaRequest.NO_LIMIT);
    }

    /** How answers are generated, constraint included. */
    GenerationParameters generation() {
        GenerationParameters given = generation == null ? GenerationParameters.DEFAULT : generation;
        return constraint.equals(AnswerConstraint.FREE) ? given : given.withConstraint(constraint);
    }

    private static <T> SerializableFunction<T, List<PictureSource>> orNone(
            SerializableFunction<T, List<PictureSource>> function) {
        return function == null ? value -> List.of() : function;
    }

    private SerializableFunction<T, List<Message>> asMessages() {
        String preset = images == null ? aboutVideo : aboutPicture;
        require(
                question != null || preset != null,
                "There is no question: give question(...), messages(...) or request(...).");
        if (question == null) {
            List<Message> caption = List.of(Message.user(preset));
            return value -> caption;
        }
        SerializableFunction<T, String> asked = question;
        return value -> List.of(Message.user(present(asked.apply(value), "question")));
    }

    /** Refuses a record that lacks something. */
    static <V> V present(V value, String name) {
        if (value == null) {
            throw LlavaException.input("The record's " + name + " is null.");
        }
        return value;
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException(message);
        }
    }
}
