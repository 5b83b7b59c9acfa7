package io.flinkllava.runtime;

import java.util.List;
import java.util.Objects;

/**
 * Pictures and the dialogue about them.
 *
 * @param images encoded pictures (PNG, JPEG, WebP, GIF, BMP, TIFF), in the order in which the first
 *     user message refers to them; may be empty
 * @param messages the dialogue so far, ending with the user message to answer
 * @param generation how to generate the answer
 */
public record LlavaRequest(
        List<byte[]> images, List<Message> messages, GenerationParameters generation) {

    public LlavaRequest {
        images = List.copyOf(images);
        messages = List.copyOf(messages);
        Objects.requireNonNull(generation, "generation");
    }

    /** One question about one picture. */
    public static LlavaRequest ask(byte[] image, String question) {
        return new LlavaRequest(
                List.of(image), List.of(Message.user(question)), GenerationParameters.DEFAULT);
    }

    public LlavaRequest withGeneration(GenerationParameters parameters) {
        return new LlavaRequest(images, messages, parameters);
    }
}
