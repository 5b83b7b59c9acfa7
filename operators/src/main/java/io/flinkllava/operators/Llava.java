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

    private static final String CAPTION = "Describe the image.";

    private Llava() {}

    /** Each record brings pictures and a question, or a dialogue, or a whole request. */
    public static <T> LlavaAsk<T> ask(DataStream<T> stream) {
        return new LlavaAsk<>(stream, "llava-ask", new RequestSource<>());
    }

    /** Each record brings a picture to describe; {@link LlavaAsk#question} changes the prompt. */
    public static <T> LlavaAsk<T> caption(DataStream<T> stream) {
        return new LlavaAsk<>(stream, "llava-caption", new RequestSource<T>().preset(CAPTION));
    }
}
