package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Builds the step that asks a model about each record of a stream, each by itself. Made by {@link
 * Llava}; {@link #answers} ends it. What fails the job and what a record alone is said at {@link
 * LlavaStep}.
 */
public final class LlavaAsk<T> extends LlavaStep<T, LlavaAsk<T>> {

    private Duration remembered;
    private SerializableFunction<T, String> pictureIdentity;

    LlavaAsk(DataStream<T> stream, String name, RequestSource<T> requests) {
        super(stream, name, requests);
    }

    /**
     * The frames of a record's video, encoded pictures of one size and already sampled; an empty
     * list if it has none. The video stands where the question or the dialogue contains {@code
     * <video>}, else in front. {@code options.limits().maxFrames()} bounds the number of frames.
     *
     * <p>Pictures may come along. A model of a family that knows no videos answers with a failure.
     */
    public LlavaAsk<T> video(SerializableFunction<T, List<byte[]>> value) {
        requests.video = RequestSource.bytes(value, "video", "frame");
        return this;
    }

    /** The question of a record. */
    public LlavaAsk<T> question(SerializableFunction<T, String> value) {
        requests.question = Objects.requireNonNull(value, "question");
        return this;
    }

    /** One question for all records. */
    public LlavaAsk<T> question(String constant) {
        Objects.requireNonNull(constant, "question");
        return question(value -> constant);
    }

    /**
     * The dialogue of a record, in place of a question. Pictures and the video stand where its user
     * messages place them, else in front of the first of these.
     */
    public LlavaAsk<T> messages(SerializableFunction<T, List<Message>> value) {
        requests.messages = Objects.requireNonNull(value, "messages");
        return this;
    }

    /**
     * The whole request of a record, generation settings included, in place of everything else that
     * says what to ask.
     */
    public LlavaAsk<T> request(SerializableFunction<T, LlavaRequest> value) {
        requests.request = Objects.requireNonNull(value, "request");
        return this;
    }

    /**
     * Asks equal requests once: what was answered within a time is answered from keyed state, and a
     * request that is equal to one in flight waits for its answer. Off unless called.
     *
     * <p>Requests are equal if their pictures, question or dialogue, generation settings and the
     * checkpoint are. Pictures are told apart by their content, or by their reference where records
     * name them. Failures are not remembered.
     *
     * @param timeToLive how long an answer is remembered, in processing time from when it was given
     */
    public LlavaAsk<T> deduplicate(Duration timeToLive) {
        if (timeToLive.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "time-to-live is " + timeToLive + ", it must be at least 1 ms");
        }
        remembered = timeToLive;
        return this;
    }

    /**
     * The same, with another way to tell pictures apart.
     *
     * @param identity of the pictures of a record, such as URI, size and time of change of a file
     *     that may be replaced in place
     */
    public LlavaAsk<T> deduplicate(Duration timeToLive, SerializableFunction<T, String> identity) {
        pictureIdentity = Objects.requireNonNull(identity, "identity");
        return deduplicate(timeToLive);
    }

    @Override
    public SingleOutputStreamOperator<LlavaResult<T>> answers() {
        SerializableFunction<T, RequestDraft> drafts = requests.drafts();
        if (remembered != null) {
            return deduplicated(drafts);
        }
        if (modelChanges != null) {
            return transform(modelChanges.stamp(stream, value -> "", uid()), changing(drafts));
        }
        return transform(
                stream,
                OperatorPlan.plain(
                        stream.getType(), drafts, models(), pictureAccess(), queueSettings()));
    }

    private OperatorPlan<Question<T>, T> changing(SerializableFunction<T, RequestDraft> drafts) {
        return new OperatorPlan<>(
                Question.type(stream.getType()),
                Question::input,
                Question::model,
                question -> drafts.apply(question.input()),
                null,
                null,
                models(),
                true,
                pictureAccess(),
                queueSettings(),
                deadLetters());
    }

    private SingleOutputStreamOperator<LlavaResult<T>> deduplicated(
            SerializableFunction<T, RequestDraft> drafts) {
        RequestKey<T> key = new RequestKey<>(drafts, pictureIdentity);
        DataStream<Question<T>> questions =
                modelChanges == null
                        ? Question.stamp(stream, key, uid())
                        : modelChanges.stamp(stream, key, uid());
        return transform(
                questions.keyBy(Question::key),
                new OperatorPlan<>(
                        Question.type(stream.getType()),
                        Question::input,
                        Question::model,
                        null,
                        Question::key,
                        new AnswerMemory<>(key, remembered),
                        models(),
                        modelChanges != null,
                        pictureAccess(),
                        queueSettings(),
                        deadLetters()));
    }
}
