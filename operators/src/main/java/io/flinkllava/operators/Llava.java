package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;

/**
 * Asks a LLaVA model about the records of a stream:
 *
 * <pre>{@code
 * DataStream<LlavaResult<Photo>> answers =
 *         Llava.ask(photos)
 *                 .model("/models/llava-1.5-7b-hf")
 *                 .image(Photo::bytes)
 *                 .question("What is on the table?")
 *                 .answers();
 * }</pre>
 */
public final class Llava {

    private static final String PICTURE_CAPTION = "Describe the image.";
    private static final String VIDEO_CAPTION = "Describe the video.";

    private Llava() {}

    /** Each record brings pictures or a video and a question, or a dialogue, or a whole request. */
    public static <T> LlavaAsk<T> ask(DataStream<T> stream) {
        return new LlavaAsk<>(stream, "llava-ask", new RequestSource<>());
    }

    /**
     * Each record brings a picture or a video to describe; {@link LlavaAsk#question} changes the
     * prompt.
     */
    public static <T> LlavaAsk<T> caption(DataStream<T> stream) {
        return new LlavaAsk<>(
                stream,
                "llava-caption",
                new RequestSource<T>().preset(PICTURE_CAPTION, VIDEO_CAPTION));
    }
}
