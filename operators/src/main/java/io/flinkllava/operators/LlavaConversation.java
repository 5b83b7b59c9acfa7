package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.api.java.typeutils.TypeExtractor;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

import java.time.Duration;
import java.util.List;
import java.util.Objects;

/**
 * Builds the step that answers the turns of many dialogues, each with what was said before in it.
 * Made by {@link Llava#conversation}; {@link #answers} ends it.
 *
 * <p>A dialogue is the records of one key. They are answered one after the other, in the order in
 * which they arrive; different dialogues run together in one batch, and the model's warm prefixes
 * make a next turn cheap. A turn that fails is not remembered. If it is too long with all that is
 * remembered, the oldest turn is forgotten as well; if remembered pictures do not exist any more,
 * their turns are, and all before them.
 *
 * <p>A turn may bring pictures, {@link #images} and {@link #imageReferences} an empty list for one
 * that brings none. The model sees the pictures of all turns that are remembered. When a limit is
 * exceeded, the older half of the turns is forgotten, question, answer and pictures, but for the
 * first picture of the dialogue, which stays; so does the newest turn, however long it is. Half,
 * since a prompt that begins like the one before it is found prefilled.
 */
public final class LlavaConversation<T> extends LlavaStep<T, LlavaConversation<T>> {

    private static final Duration DEFAULT_TIME_TO_LIVE = Duration.ofHours(1);

    private KeySelector<T, ?> keys;
    private TypeInformation<?> keyType;
    private SerializableFunction<T, Boolean> resets = value -> false;
    private ConversationLimits limits = ConversationLimits.DEFAULT;
    private Duration timeToLive = DEFAULT_TIME_TO_LIVE;
    private String system = "";

    LlavaConversation(DataStream<T> stream) {
        super(stream, "llava-conversation", new RequestSource<>());
    }

    /**
     * Which dialogue a record belongs to. Must be given. If it throws, the job fails: there is no
     * dialogue whose failure it could be.
     */
    public <K> LlavaConversation<T> keyBy(KeySelector<T, K> value) {
        return keyBy(value, TypeExtractor.getKeySelectorTypes(value, stream.getType()));
    }

    /** The same, for keys whose type Flink does not find out by itself. */
    public <K> LlavaConversation<T> keyBy(KeySelector<T, K> value, TypeInformation<K> type) {
        keys = Objects.requireNonNull(value, "keys");
        keyType = Objects.requireNonNull(type, "keyType");
        return this;
    }

    /** The question of a record. Must be given. */
    public LlavaConversation<T> question(SerializableFunction<T, String> value) {
        requests.question = Objects.requireNonNull(value, "question");
        return this;
    }

    /** What the model is told in front of each dialogue; nothing unless given. */
    public LlavaConversation<T> system(String value) {
        system = Objects.requireNonNull(value, "system");
        return this;
    }

    /**
     * Which records end their dialogue instead of asking something. What comes after one knows
     * nothing of what was before. Such a record has no result. None unless given.
     */
    public LlavaConversation<T> resetWhen(SerializableFunction<T, Boolean> value) {
        resets = Objects.requireNonNull(value, "resets");
        return this;
    }

    /**
     * How long a dialogue is remembered, in processing time from its last answer on; an hour unless
     * given.
     */
    public LlavaConversation<T> timeToLive(Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "time-to-live is " + value + ", it must be at least 1 ms");
        }
        timeToLive = value;
        return this;
    }

    /** How many questions with their answers are remembered, at least 1; 16 unless given. */
    public LlavaConversation<T> maxTurns(int value) {
        limits = new ConversationLimits(value, limits.maxTokens());
        return this;
    }

    /**
     * How many tokens all that is remembered may have, pictures included, at least 1. Leave room
     * for the next question and its answer within {@code max-sequence-length}; {@value
     * ConversationLimits#NEXT_TURN_TOKENS} tokens, or half of a shorter sequence, are left unless
     * given.
     */
    public LlavaConversation<T> maxTokens(int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    "max-tokens is " + value + ", it must be at least 1");
        }
        limits = new ConversationLimits(limits.maxTurns(), value);
        return this;
    }

    @Override
    public SingleOutputStreamOperator<LlavaResult<T>> answers() {
        if (keys == null) {
            throw new IllegalStateException(
                    "There are no dialogues: say with keyBy(...) which one a record belongs to.");
        }
        if (requests.question == null) {
            throw new IllegalStateException("There is no question: give question(...).");
        }
        return keyed(keys, keyType);
    }

    @SuppressWarnings("unchecked") // Selector and type came together.
    private <K> SingleOutputStreamOperator<LlavaResult<T>> keyed(
            KeySelector<T, ?> selector, TypeInformation<K> type) {
        KeySelector<T, K> keyOf = (KeySelector<T, K>) selector;
        DataStream<Question<T>> questions =
                modelChanges == null
                        ? Question.stamp(stream, value -> "", uid())
                        : modelChanges.stamp(stream.keyBy(keyOf, type), uid());
        KeySelector<Question<T>, K> dialogue = question -> keyOf.getKey(question.input());
        return transform(
                questions.keyBy(dialogue, type),
                new OperatorPlan<>(
                        Question.type(stream.getType()),
                        Question::input,
                        Question::model,
                        null,
                        dialogue,
                        new ConversationMemory<>(
                                requests.images == null ? value -> List.of() : requests.images,
                                requests.question,
                                resets,
                                system,
                                requests.generation(),
                                limits,
                                timeToLive),
                        models(),
                        modelChanges != null,
                        pictureAccess(),
                        queueSettings(),
                        deadLetters()));
    }
}
