package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.util.OutputTag;

import io.flinkllava.runtime.LlavaErrorCode;

import java.util.Map;
import java.util.Objects;

/**
 * A record that got no answer, under {@link ErrorPolicy#SIDE_OUTPUT}.
 *
 * @param input the record that asked
 * @param code what kind of thing went wrong
 * @param message what is wrong and what to do; never contains picture bytes
 * @param attempts how often the model was asked, those before a restart included; 0 if the time ran
 *     out before
 * @param time when it was given up, in milliseconds since 1970
 */
@TypeInfo(DeadLetterTypeInfoFactory.class)
public record DeadLetter<T>(T input, LlavaErrorCode code, String message, int attempts, long time) {

    private static final String TAG = "llava-dead-letters";

    public DeadLetter {
        Objects.requireNonNull(code, "code");
        Objects.requireNonNull(message, "message");
    }

    /** The side output where the dead letters of a step are, for records of this type. */
    public static <T> OutputTag<DeadLetter<T>> tag(TypeInformation<T> input) {
        return new OutputTag<>(TAG, type(input));
    }

    /**
     * Type information for dead letters of records of this type. Fields follow Flink's POJO schema
     * evolution.
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
                                        Types.LONG));
    }
}
