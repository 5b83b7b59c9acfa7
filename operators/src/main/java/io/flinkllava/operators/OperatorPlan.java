package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.util.OutputTag;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.flink.pictures.PictureAccess;

import java.io.Serializable;
import java.util.Objects;

/**
 * What a {@link LlavaOperator} does, as it travels with the job.
 *
 * @param inputType of what arrives
 * @param record the job's record in what arrives
 * @param version the model that what arrives is for
 * @param drafts the request of what arrives; unused with a memory, which makes requests of its own
 * @param keys whose turn a record waits for; null without a memory
 * @param memory what the records of a key leave to those that follow; null if nothing
 * @param models where models come from
 * @param modelChanges whether others than the first model may be asked for
 * @param pictures which pictures that records name may be read
 * @param deadLetters where records without an answer leave
 */
record OperatorPlan<I, T>(
        TypeInformation<I> inputType,
        SerializableFunction<I, T> record,
        SerializableFunction<I, ModelVersion> version,
        SerializableFunction<I, RequestDraft> drafts,
        KeySelector<I, ?> keys,
        KeyMemory<I, ?> memory,
        ModelSource models,
        boolean modelChanges,
        PictureAccess pictures,
        QueueSettings settings,
        OutputTag<DeadLetter<T>> deadLetters)
        implements Serializable {

    OperatorPlan {
        Objects.requireNonNull(inputType, "inputType");
        Objects.requireNonNull(models, "models");
    }

    /** Records as they are, each with nothing to do with the others, for one model. */
    static <T> OperatorPlan<T, T> plain(
            TypeInformation<T> type,
            SerializableFunction<T, RequestDraft> drafts,
            ModelSource models,
            PictureAccess pictures,
            QueueSettings settings) {
        return new OperatorPlan<>(
                type,
                value -> value,
                value -> ModelVersion.FIRST,
                drafts,
                null,
                null,
                models,
                false,
                pictures,
                settings,
                DeadLetter.tag(type));
    }

    /** What its state is for, so that no other kind of step goes on from it. */
    String kind() {
        if (keyed()) {
            return memory.name();
        }
        return modelChanges ? "ask with model changes" : "ask";
    }

    boolean keyed() {
        return memory != null;
    }
}
