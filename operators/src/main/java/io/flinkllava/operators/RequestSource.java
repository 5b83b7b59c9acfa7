package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.util.List;

/** What a job said about where requests come from; checks that it makes one kind of request. */
final class RequestSource<T> {

    SerializableFunction<T, List<byte[]>> images;
    SerializableFunction<T, List<byte[]>> video;
    SerializableFunction<T, String> question;
    SerializableFunction<T, List<Message>> messages;
    SerializableFunction<T, LlavaRequest> request;
    GenerationParameters generation;
    private String aboutPicture;
    private String aboutVideo;

    /** The questions where a job gives none: about pictures, and about videos alone. */
    RequestSource<T> preset(String picture, String clip) {
        aboutPicture = picture;
        aboutVideo = clip;
        return this;
    }

    /**
     * The function from a record to its request.
     *
     * @throws IllegalStateException if too much or too little was given
     */
    SerializableFunction<T, LlavaRequest> extractor() {
        if (request != null) {
            require(
                    images == null
                            && video == null
                            && question == null
                            && messages == null
                            && generation == null,
                    "request(...) brings pictures, video, dialogue and generation settings: give"
                            + " nothing else, or leave request(...) out.");
            return request;
        }
        require(
                question == null || messages == null,
                "question(...) and messages(...) exclude each other: give one of them.");
        require(
                messages != null || images != null || video != null,
                "There is no picture: give image(...), images(...) or video(...).");
        return new RequestExtractor<>(
                images == null ? value -> List.of() : images,
                video == null ? value -> List.of() : video,
                messages == null ? asMessages() : messages,
                generation == null ? GenerationParameters.DEFAULT : generation);
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
        return value ->
                List.of(Message.user(RequestExtractor.present(asked.apply(value), "question")));
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalStateException(message);
        }
    }
}
