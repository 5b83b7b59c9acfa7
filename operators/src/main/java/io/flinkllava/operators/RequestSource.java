package io.flinkllava.operators;

import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.util.List;

/** What a job said about where requests come from; checks that it makes one kind of request. */
final class RequestSource<T> {

    SerializableFunction<T, List<byte[]>> images;
    SerializableFunction<T, String> question;
    SerializableFunction<T, List<Message>> messages;
    SerializableFunction<T, LlavaRequest> request;
    GenerationParameters generation;
    private String presetQuestion;

    /** The question where a job gives none. */
    RequestSource<T> preset(String text) {
        presetQuestion = text;
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
                    images == null && question == null && messages == null && generation == null,
                    "request(...) brings pictures, dialogue and generation settings: give nothing"
                            + " else, or leave request(...) out.");
            return request;
        }
        require(
                question == null || messages == null,
                "question(...) and messages(...) exclude each other: give one of them.");
        GenerationParameters parameters =
                generation == null ? GenerationParameters.DEFAULT : generation;
        if (messages != null) {
            return new RequestExtractor<>(
                    images == null ? value -> List.of() : images, messages, parameters);
        }
        require(images != null, "There is no picture: give image(...) or images(...).");
        return new RequestExtractor<>(images, asMessages(), parameters);
    }

    private SerializableFunction<T, List<Message>> asMessages() {
        require(
                question != null || presetQuestion != null,
                "There is no question: give question(...), messages(...) or request(...).");
        if (question == null) {
            List<Message> preset = List.of(Message.user(presetQuestion));
            return value -> preset;
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
