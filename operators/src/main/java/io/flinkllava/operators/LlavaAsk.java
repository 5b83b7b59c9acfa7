package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.ModelOptions;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * Builds the step that asks a model about each record of a stream. Made by {@link Llava}; {@link
 * #answers} ends it.
 *
 * <p>Every record gives one result. What is wrong with a record (a picture that cannot be read, an
 * empty question, something that is null) is its result's failure, and so is a function given here
 * that throws. The job fails only if the model cannot be opened.
 *
 * <p>The functions run in the task's thread and are sent to it by Java serialization.
 */
public final class LlavaAsk<T> {

    private static final int DEFAULT_CAPACITY_IN_BATCHES = 4;

    private final DataStream<T> stream;
    private final RequestSource<T> requests;
    private String folder;
    private ModelOptions options = ModelOptions.DEFAULT;
    private ModelScope scope = ModelScope.SLOT;
    private boolean ordered = true;
    private int capacity;
    private Duration timeout = QueueSettings.NO_TIMEOUT;
    private String name;
    private String uid;

    LlavaAsk(DataStream<T> stream, String name, RequestSource<T> requests) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.name = name;
        this.requests = requests;
    }

    /** The checkpoint folder, as the TaskManagers see it. Must be given. */
    public LlavaAsk<T> model(String checkpointFolder) {
        folder = Objects.requireNonNull(checkpointFolder, "checkpointFolder");
        return this;
    }

    /** How the checkpoint is opened; {@link ModelOptions#DEFAULT} unless given. */
    public LlavaAsk<T> options(ModelOptions value) {
        options = Objects.requireNonNull(value, "options");
        return this;
    }

    /** Who shares the loaded model; {@link ModelScope#SLOT} unless given. */
    public LlavaAsk<T> scope(ModelScope value) {
        scope = Objects.requireNonNull(value, "scope");
        return this;
    }

    /** How answers are generated. Not together with {@link #request}, which brings its own. */
    public LlavaAsk<T> generation(GenerationParameters value) {
        requests.generation = Objects.requireNonNull(value, "generation");
        return this;
    }

    /** The encoded picture of a record, in place of {@link #images}. */
    public LlavaAsk<T> image(SerializableFunction<T, byte[]> image) {
        Objects.requireNonNull(image, "image");
        // Not List.of: a picture that is null must become a failure that says so.
        return images(value -> Collections.singletonList(image.apply(value)));
    }

    /**
     * The encoded pictures of a record, an empty list if it has none. They stand where the question
     * or the dialogue contains {@code <image>}, once for each and in this order; where it does not,
     * in front. {@code options.limits().maxImages()} bounds their number.
     */
    public LlavaAsk<T> images(SerializableFunction<T, List<byte[]>> value) {
        requests.images = Objects.requireNonNull(value, "images");
        return this;
    }

    /**
     * The frames of a record's video, encoded pictures of one size and already sampled; an empty
     * list if it has none. The video stands where the question or the dialogue contains {@code
     * <video>}, else in front. {@code options.limits().maxFrames()} bounds the number of frames.
     *
     * <p>Pictures may come along. A model of a family that knows no videos answers with a failure.
     */
    public LlavaAsk<T> video(SerializableFunction<T, List<byte[]>> value) {
        requests.video = Objects.requireNonNull(value, "video");
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

    /** The whole request of a record, in place of everything else. */
    public LlavaAsk<T> request(SerializableFunction<T, LlavaRequest> value) {
        requests.request = Objects.requireNonNull(value, "request");
        return this;
    }

    /** Results leave in the order in which the records came. The default. */
    public LlavaAsk<T> ordered() {
        ordered = true;
        return this;
    }

    /** Results leave as they are ready, but none passes a watermark. */
    public LlavaAsk<T> unordered() {
        ordered = false;
        return this;
    }

    /**
     * How many records may wait for their answers in each subtask, at least 1; more are held back.
     * The records in flight are part of each checkpoint, and a checkpoint that finds the queue full
     * waits until one of them is answered. {@value #DEFAULT_CAPACITY_IN_BATCHES} times {@link
     * ModelOptions#maxBatchSize} unless given.
     */
    public LlavaAsk<T> capacity(int records) {
        if (records < 1) {
            throw new IllegalArgumentException(
                    "capacity is " + records + ", it must be at least 1");
        }
        capacity = records;
        return this;
    }

    /**
     * How long a record may wait for its answer, at least 1 ms; after that its result is a failure
     * with the code {@code CAPACITY}. A record that a restored job asks about again gets the whole
     * time again. No limit unless given.
     */
    public LlavaAsk<T> timeout(Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "timeout is " + value + ", it must be at least 1 ms");
        }
        timeout = value;
        return this;
    }

    /** Name of the step in Flink's web interface and metrics. */
    public LlavaAsk<T> name(String value) {
        name = Objects.requireNonNull(value, "name");
        return this;
    }

    /** Identifies the step in savepoints. Give one to every job whose state should survive. */
    public LlavaAsk<T> uid(String value) {
        uid = Objects.requireNonNull(value, "uid");
        return this;
    }

    /**
     * Adds the step to the job.
     *
     * @throws IllegalStateException if something is missing, or settings exclude each other
     */
    public SingleOutputStreamOperator<LlavaResult<T>> answers() {
        if (folder == null) {
            throw new IllegalStateException(
                    "There is no model: give the checkpoint folder with model(...).");
        }
        LlavaOperatorFactory<T> factory =
                new LlavaOperatorFactory<>(
                        requests.extractor(),
                        new PoolModelSource(new TaskModel(folder, options, scope)),
                        stream.getType(),
                        new QueueSettings(ordered, checkedCapacity(), timeout));
        SingleOutputStreamOperator<LlavaResult<T>> results =
                stream.transform(name, LlavaResult.type(stream.getType()), factory);
        return uid == null ? results : results.uid(uid);
    }

    private int checkedCapacity() {
        int most = options.limits().maxQueuedRequests();
        if (capacity > most) {
            throw new IllegalStateException(
                    "capacity is "
                            + capacity
                            + ", more than the model's max-queued-requests ("
                            + most
                            + "): lower it, or raise the limit in the options.");
        }
        return capacity > 0
                ? capacity
                : Math.min(most, DEFAULT_CAPACITY_IN_BATCHES * options.batching().maxBatchSize());
    }
}
