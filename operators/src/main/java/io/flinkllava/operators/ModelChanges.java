package io.flinkllava.operators;

import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.CheckpointInfo;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.util.Objects;

/**
 * Models that a job goes over to while it runs, from a control stream:
 *
 * <pre>{@code
 * ModelChanges changes = Llava.modelChanges(control, options, ModelChangeMode.ARRIVAL);
 * changes.rejected().sinkTo(...);
 * Llava.ask(photos).model("/models/one").modelChanges(changes)...
 * }</pre>
 *
 * <p>One step of parallelism 1 checks each folder: configuration, tokenizer, that every tensor is
 * there and has its shape. Only then is it announced to all subtasks. Each record is stamped with
 * its model in front of the step that asks, and keeps it over replays of what was in flight. A
 * subtask loads a model when the first record for it arrives, in the task's thread, and closes the
 * old one when no record in flight needs it.
 *
 * <p>Failure: a change whose folder cannot be used is found at {@link #rejected}, and the old model
 * serves on; the job never fails for it. A model that was announced needs room beside the old one.
 * Where there is none, its records wait until the old one has answered its own and is closed, and
 * from then on for up to 30 s, since other subtasks may have theirs on the same device. If it does
 * not open then, or has another content than was checked, its records are failures that say so, and
 * {@link LlavaStep#onError} decides what becomes of them. It is tried again after 30 s.
 */
public final class ModelChanges {

    private static final String CHECK = "llava-model-check";

    private final SingleOutputStreamOperator<ModelVersion> checked;
    private final ModelChangeMode mode;

    private ModelChanges(
            DataStream<ModelChange> control,
            SerializableFunction<String, CheckpointInfo> check,
            ModelChangeMode mode) {
        this.mode = Objects.requireNonNull(mode, "mode");
        this.checked =
                control.process(new ModelCheck(check))
                        .returns(ModelVersion.TYPE)
                        .setParallelism(1)
                        .setMaxParallelism(1)
                        .name(CHECK)
                        .uid(CHECK);
    }

    static ModelChanges of(
            DataStream<ModelChange> control, ModelOptions options, ModelChangeMode mode) {
        Objects.requireNonNull(options, "options");
        return checkedBy(control, folder -> LlavaModel.check(Path.of(folder), options), mode);
    }

    static ModelChanges checkedBy(
            DataStream<ModelChange> control,
            SerializableFunction<String, CheckpointInfo> check,
            ModelChangeMode mode) {
        return new ModelChanges(control, check, mode);
    }

    /**
     * Identifies the step that checks folders in savepoints. {@value #CHECK} unless given, so two
     * control streams in one job need uids of their own.
     */
    public ModelChanges uid(String value) {
        SingleOutputStreamOperator<ModelVersion> unused = checked.uid(value).name(value);
        return this;
    }

    /** Changes whose folder is no checkpoint that can be loaded. */
    public DataStream<RejectedModel> rejected() {
        return checked.getSideOutput(RejectedModel.TAG);
    }

    /** Says of each record which model answers it. */
    <T> DataStream<Question<T>> stamp(
            DataStream<T> stream, SerializableFunction<T, String> keys, String uid) {
        return Question.besideItsInput(stream, stamped(stream, keys, null, uid));
    }

    /** The same, and keeps the records of a key in their order, over rescaling, too. */
    <T> DataStream<Question<T>> stamp(KeyedStream<T, ?> stream, String uid) {
        return stamped(stream, value -> "", stream.getKeySelector(), uid);
    }

    private <T> SingleOutputStreamOperator<Question<T>> stamped(
            DataStream<T> stream,
            SerializableFunction<T, String> keys,
            KeySelector<T, ?> order,
            String uid) {
        return stream.connect(checked.broadcast())
                .transform(
                        uid + "-models",
                        Question.type(stream.getType()),
                        new ModelStamp<>(mode, keys, order, stream.getType()))
                .uid(uid + "-models");
    }
}
