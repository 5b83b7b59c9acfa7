package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;

import io.flinkllava.flink.avro.AnswerRecords;
import io.flinkllava.flink.avro.DeadLetterRecord;
import io.flinkllava.flink.avro.RequestRecord;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.util.Map;
import java.util.Objects;

/**
 * A record that got no answer, under {@link ErrorPolicy#SIDE_OUTPUT}. {@link #toRecord} writes it
 * for topics and files. As immutable as its input.
 *
 * @param input the record that asked
 * @param code what kind of thing went wrong
 * @param message what is wrong and what to do; never contains picture bytes
 * @param attempts how often the model was asked, those before a restart included; 0 if the time ran
 *     out before
 * @param time when it was given up, in milliseconds since 1970
 * @param model name of the model that should have answered
 * @param modelVersion fingerprint of that model's checkpoint, as in {@link LlavaResult}
 * @param eventTime of the record, in milliseconds since 1970; null if it has none
 */
@TypeInfo(DeadLetterTypeInfoFactory.class)
public record DeadLetter<T>(
        T input,
        LlavaErrorCode code,
        String message,
        int attempts,
        long time,
        String model,
        String modelVersion,
        Long eventTime) {

    private static final String TAG = "llava-dead-letters";

    public DeadLetter {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
        // Letters that an earlier version left in state have neither.
        model = Objects.requireNonNullElse(model, "");
        modelVersion = Objects.requireNonNullElse(modelVersion, "");
    }

    /**
     * This letter as an Avro record.
     *
     * @param id what the record is called where it came from; empty if it has no name
     * @param request what the record asked; null if it never became a request, or should not travel
     */
    public DeadLetterRecord toRecord(String id, RequestRecord request) {
        return DeadLetterRecord.newBuilder()
                .setId(id)
                .setRequest(request)
                .setFailure(AnswerRecords.toRecord(new LlavaAnswer.Failure(code, message)))
                .setAttempts(attempts)
                .setGivenUpMs(time)
                .setEventTimeMs(eventTime)
                .setModel(model)
                .setModelFingerprint(modelVersion)
                .build();
    }

    /** The side output where the dead letters of a step are, for records of this type. */
    public static <T> OutputTag<DeadLetter<T>> tag(TypeInformation<T> input) {
        return new OutputTag<>(TAG, type(input));
    }

    /**
     * Type information for dead letters of records of this type. Fields follow Flink's POJO schema
     * evolution: what is added later is null in what was written before.
     */
    @SuppressWarnings("unchecked") // A class literal has no type arguments.
    public static <T> TypeInformation<DeadLetter<T>> type(TypeInformation<T> input) {
        return (TypeInformation<DeadLetter<T>>)
                (TypeInformation<?>)
                        Types.POJO(
                                DeadLetter.class,
                                Map.of(
                                        "input",
                                        input,
                                        "code",
                                        Types.ENUM(LlavaErrorCode.class),
                                        "message",
                                        Types.STRING,
                                        "attempts",
                                        Types.INT,
                                        "time",
                                        Types.LONG,
                                        "model",
                                        Types.STRING,
                                        "modelVersion",
                                        Types.STRING,
                                        "eventTime",
                                        Types.LONG));
    }
}
