package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;

import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;

/**
 * What all steps of {@link Llava} have in common: the model, where pictures are in a record, how
 * records wait for their answers, and what becomes of those that get none.
 *
 * <p>Every record gives one outcome. What is wrong with a record (a picture that cannot be read, an
 * empty question, something that is null) is that record's failure, and so is a function given here
 * that throws, other than the selector of a key. {@link #onError} says what becomes of it.
 *
 * <p>No record is to blame for a model. If the first one cannot be opened, the job fails: for good
 * where the checkpoint or the options are at fault and the job never ran before, else it restarts
 * by its own strategy, since the folder may not be there yet on a new machine. A later one ({@link
 * #modelChanges}) that a subtask cannot open is the failure of the records that ask it.
 *
 * <p>The functions run in the task's thread and are sent to it by Java serialization. A step is
 * built by one thread; {@link #answers} takes what was said so far.
 *
 * @param <T> the records
 * @param <S> the step itself
 */
public abstract sealed class LlavaStep<T, S extends LlavaStep<T, S>>
        permits LlavaAsk, LlavaConversation {

    final DataStream<T> stream;
    final RequestSource<T> requests;
    ModelChanges modelChanges;
    private String folder;
    private ModelOptions options = ModelOptions.DEFAULT;
    private ModelScope scope = ModelScope.SLOT;
    private PictureAccess pictures = PictureAccess.NONE;
    private boolean ordered = true;
    private int capacity = QueueSettings.BY_BATCH;
    private Duration timeout = QueueSettings.NO_TIMEOUT;
    private RetryPolicy retry = RetryPolicy.DEFAULT;
    private ErrorPolicy errors = ErrorPolicy.AS_RESULT;
    private String name;
    private String uid;

    LlavaStep(DataStream<T> stream, String name, RequestSource<T> requests) {
        this.stream = Objects.requireNonNull(stream, "stream");
        this.name = name;
        this.requests = requests;
    }

    @SuppressWarnings("unchecked") // S is the class that extends this one.
    private S self() {
        return (S) this;
    }

    /** The checkpoint folder, as the TaskManagers see it. Must be given. */
    public S model(String checkpointFolder) {
        folder = Objects.requireNonNull(checkpointFolder, "checkpointFolder");
        return self();
    }

    /** Later models, without a restart; none unless given. */
    public S modelChanges(ModelChanges value) {
        modelChanges = Objects.requireNonNull(value, "modelChanges");
        return self();
    }

    /** How the checkpoint is opened; {@link ModelOptions#DEFAULT} unless given. */
    public S options(ModelOptions value) {
        options = Objects.requireNonNull(value, "options");
        return self();
    }

    /** Who shares the loaded model; {@link ModelScope#SLOT} unless given. */
    public S scope(ModelScope value) {
        scope = Objects.requireNonNull(value, "scope");
        return self();
    }

    /** How answers are generated. */
    public S generation(GenerationParameters value) {
        requests.generation = Objects.requireNonNull(value, "generation");
        return self();
    }

    /** The encoded picture of a record, in place of {@link #images}. */
    public S image(SerializableFunction<T, byte[]> image) {
        Objects.requireNonNull(image, "image");
        // Not List.of: a picture that is null must become a failure that says so.
        return images(value -> Collections.singletonList(image.apply(value)));
    }

    /**
     * The encoded pictures of a record, an empty list if it has none. They stand where the question
     * or the dialogue contains {@code <image>}, once for each and in this order; where it does not,
     * in front. {@code options.limits().maxImages()} bounds their number.
     */
    public S images(SerializableFunction<T, List<byte[]>> value) {
        requests.images = RequestSource.bytes(value, "list of images", "image");
        return self();
    }

    /** Where the picture of a record is, in place of {@link #imageReferences}. */
    public S imageReference(SerializableFunction<T, String> reference) {
        Objects.requireNonNull(reference, "reference");
        return imageReferences(value -> Collections.singletonList(reference.apply(value)));
    }

    /**
     * Where the pictures of a record are, in place of {@link #images}: paths of Flink's file
     * systems and, where {@link #pictureAccess} allows them, {@code http} and {@code https} URIs.
     * They are read when the model is asked, so that checkpoints hold the references alone; after a
     * restore they are read again, and what is behind a reference then is what is seen.
     */
    public S imageReferences(SerializableFunction<T, List<String>> references) {
        requests.images = RequestSource.references(references);
        return self();
    }

    /**
     * Which pictures may be read by reference. Nothing may unless given: references come from
     * records, and records from strangers.
     */
    public S pictureAccess(PictureAccess value) {
        pictures = Objects.requireNonNull(value, "pictureAccess");
        return self();
    }

    /** Results leave in the order in which the records came. The default. */
    public S ordered() {
        ordered = true;
        return self();
    }

    /** Results leave as they are ready, but none passes a watermark. */
    public S unordered() {
        ordered = false;
        return self();
    }

    /**
     * How many records may wait for their answers in each subtask, at least 1; more are held back.
     * The records in flight are part of each checkpoint, and a checkpoint that finds the queue full
     * waits until one of them is answered. Unless given, {@value QueueSettings#BATCHES} times the
     * rows of the model's batch, and {@value QueueSettings#BATCHES_OF_KEYED_RECORDS} times where
     * records of one key wait for one another: in conversations and with deduplication.
     */
    public S capacity(int records) {
        if (records < 1) {
            throw new IllegalArgumentException(
                    "capacity is " + records + ", it must be at least 1");
        }
        capacity = records;
        return self();
    }

    /**
     * How long a record may wait for its answer, all attempts together, at least 1 ms; after that
     * it fails with the code {@code CAPACITY} and takes no more time of the model. A record that a
     * restored job asks about again gets the whole time again. No limit unless given.
     */
    public S timeout(Duration value) {
        if (value.toMillis() < 1) {
            throw new IllegalArgumentException(
                    "timeout is " + value + ", it must be at least 1 ms");
        }
        timeout = value;
        return self();
    }

    /** When a failed request is asked again; {@link RetryPolicy#DEFAULT} unless given. */
    public S retry(RetryPolicy value) {
        retry = Objects.requireNonNull(value, "retry");
        return self();
    }

    /**
     * What becomes of a record that got no answer; {@link ErrorPolicy#AS_RESULT} unless given.
     * Under {@link ErrorPolicy#SIDE_OUTPUT} it is found with {@link #deadLetters}.
     */
    public S onError(ErrorPolicy value) {
        errors = Objects.requireNonNull(value, "errors");
        return self();
    }

    /** Where records without an answer are under {@link ErrorPolicy#SIDE_OUTPUT}. */
    public OutputTag<DeadLetter<T>> deadLetters() {
        return DeadLetter.tag(stream.getType());
    }

    /** Name of the step in Flink's web interface and metrics. */
    public S name(String value) {
        name = Objects.requireNonNull(value, "name");
        return self();
    }

    /**
     * Identifies the step in savepoints. The name unless given, so two steps in one job need names
     * or uids of their own; a job that renames a step gives it its old name as uid.
     */
    public S uid(String value) {
        uid = Objects.requireNonNull(value, "uid");
        return self();
    }

    /**
     * Adds the step to the job.
     *
     * @throws IllegalStateException if something is missing, or settings exclude each other
     */
    public abstract SingleOutputStreamOperator<LlavaResult<T>> answers();

    /** Adds the operator behind a stream that may be keyed. */
    final <I> SingleOutputStreamOperator<LlavaResult<T>> transform(
            DataStream<I> questions, OperatorPlan<I, T> plan) {
        return questions
                .transform(
                        name, LlavaResult.type(stream.getType()), new LlavaOperatorFactory<>(plan))
                .uid(uid());
    }

    final String name() {
        return name;
    }

    final String uid() {
        return uid == null ? name : uid;
    }

    final PictureAccess pictureAccess() {
        return pictures;
    }

    final ModelSource models() {
        if (folder == null) {
            throw new IllegalStateException(
                    "There is no model: give the checkpoint folder with model(...).");
        }
        return new PoolModelSource(new TaskModel(folder, options, scope));
    }

    final QueueSettings queueSettings() {
        return new QueueSettings(ordered, capacity, timeout, retry, errors);
    }
}
