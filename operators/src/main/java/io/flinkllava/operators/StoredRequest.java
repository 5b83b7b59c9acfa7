package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import io.flinkllava.flink.types.LlavaAnswerTypeInfo;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.Map;
import java.util.Optional;

/**
 * A record in flight, as it is in state. Public for Flink's serializer of records alone, by whose
 * rules its fields may change.
 *
 * @param timed whether the record has a timestamp
 * @param timestamp event time in milliseconds, or 0
 * @param sequence grows from one arrival in a subtask to the next
 * @param attempts how often it failed
 * @param value the record
 * @param finished whether only its emission is left
 * @param answer of a finished record; null if it has none
 * @param model name of the model that answered, or null
 * @param modelVersion fingerprint of that model, or null
 */
public record StoredRequest<I>(
        boolean timed,
        long timestamp,
        long sequence,
        int attempts,
        I value,
        boolean finished,
        LlavaAnswer answer,
        String model,
        String modelVersion) {

    static <I> StoredRequest<I> of(InFlight<I> request) {
        return of(request, request.value());
    }

    /** The same with a copy of its record. */
    static <I> StoredRequest<I> of(InFlight<I> request, I value) {
        StreamRecord<I> record = request.record();
        Optional<Outcome> outcome = request.outcome();
        return new StoredRequest<>(
                record.hasTimestamp(),
                record.hasTimestamp() ? record.getTimestamp() : 0,
                request.sequence(),
                request.failedAttempts(),
                value,
                request.isFinished(),
                outcome.map(Outcome::answer).orElse(null),
                outcome.map(Outcome::model).orElse(null),
                outcome.map(Outcome::modelVersion).orElse(null));
    }

    @SuppressWarnings("unchecked") // A class literal has no type arguments.
    static <I> TypeInformation<StoredRequest<I>> type(TypeInformation<I> value) {
        return (TypeInformation<StoredRequest<I>>)
                (TypeInformation<?>)
                        Types.POJO(
                                StoredRequest.class,
                                Map.of(
                                        "timed",
                                        Types.BOOLEAN,
                                        "timestamp",
                                        Types.LONG,
                                        "sequence",
                                        Types.LONG,
                                        "attempts",
                                        Types.INT,
                                        "value",
                                        value,
                                        "finished",
                                        Types.BOOLEAN,
                                        "answer",
                                        LlavaAnswerTypeInfo.INSTANCE,
                                        "model",
                                        Types.STRING,
                                        "modelVersion",
                                        Types.STRING));
    }

    StreamRecord<I> record() {
        return timed ? new StreamRecord<>(value, timestamp) : new StreamRecord<>(value);
    }

    Optional<Outcome> outcome() {
        return answer == null
                ? Optional.empty()
                : Optional.of(new Outcome(answer, model, modelVersion));
    }
}
