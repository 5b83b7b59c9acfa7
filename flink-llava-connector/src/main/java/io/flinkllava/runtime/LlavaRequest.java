package io.flinkllava.runtime;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Objects;

/**
 * Pictures, perhaps a video, and the dialogue about them.
 *
 * <p>Where a message contains {@code <image>} or {@code <video>}, the next picture or the video
 * stands there; every picture must then have its place. Where no message does, they stand in front
 * of the first user message.
 *
 * @param images encoded pictures (PNG, JPEG, WebP, GIF, BMP, TIFF), in the order in which the
 *     messages refer to them; may be empty
 * @param video the frames of a video, encoded pictures of one size, already sampled; empty for none
 * @param messages the dialogue so far, ending with the user message to answer
 * @param generation how to generate the answer
 * @param timeLimit how long the answer may take from its submission on; a request that is late
 *     fails with {@link LlavaErrorCode#CAPACITY} and gets no more steps. {@link #NO_LIMIT} for none
 */
public record LlavaRequest(
        List<byte[]> images,
        List<byte[]> video,
        List<Message> messages,
        GenerationParameters generation,
        Duration timeLimit) {

    public static final Duration NO_LIMIT = ChronoUnit.FOREVER.getDuration();

    public LlavaRequest {
        images = List.copyOf(images);
        video = List.copyOf(video);
        messages = List.copyOf(messages);
        Objects.requireNonNull(generation, "generation");
        if (timeLimit.isNegative()) {
            throw new IllegalArgumentException(
                    "time-limit is " + timeLimit + ", it must not be negative");
        }
    }

    /** A dialogue about pictures and a video. */
    public LlavaRequest(
            List<byte[]> images,
            List<byte[]> video,
            List<Message> messages,
            GenerationParameters generation) {
        this(images, video, messages, generation, NO_LIMIT);
    }

    /** A dialogue about pictures. */
    public LlavaRequest(
            List<byte[]> images, List<Message> messages, GenerationParameters generation) {
        this(images, List.of(), messages, generation);
    }

    /** One question about one picture. */
    public static LlavaRequest ask(byte[] image, String question) {
        return new LlavaRequest(
                List.of(image), List.of(Message.user(question)), GenerationParameters.DEFAULT);
    }

    public LlavaRequest withGeneration(GenerationParameters parameters) {
        return new LlavaRequest(images, video, messages, parameters, timeLimit);
    }

    public LlavaRequest withTimeLimit(Duration value) {
        return new LlavaRequest(images, video, messages, generation, value);
    }
}
