package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.ModelOptions;

import java.util.List;

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
 *
 * <p>Nothing is opened or read here: folders, options and pictures are met in the tasks. {@link
 * LlavaStep} says what becomes of a model that cannot be opened, and {@link ErrorPolicy} of a
 * record that cannot be answered.
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

    /**
     * Each record brings pictures and a question, and the answer is one of these texts; {@link
     * LlavaResult#choices} says how likely each was. Generation settings may be given, but for
     * their constraint.
     *
     * @param choices at least one, none empty, none twice
     */
    public static <T> LlavaAsk<T> choose(DataStream<T> stream, String... choices) {
        return new LlavaAsk<>(
                stream,
                "llava-choose",
                new RequestSource<T>().constrained(new AnswerConstraint.Choice(List.of(choices))));
    }

    /** Each record is a turn in one of many dialogues, each of which is remembered. */
    public static <T> LlavaConversation<T> conversation(DataStream<T> stream) {
        return new LlavaConversation<>(stream);
    }

    /**
     * Models that {@link LlavaStep#modelChanges} goes over to without a restart.
     *
     * @param control folders of checkpoints; a folder is announced when it is complete, and is not
     *     changed afterwards
     * @param options how they are checked, those with which they are opened
     */
    public static ModelChanges modelChanges(
            DataStream<ModelChange> control, ModelOptions options, ModelChangeMode mode) {
        return ModelChanges.of(control, options, mode);
    }
}
