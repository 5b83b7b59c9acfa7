package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

import io.flinkllava.flink.types.LlavaAnswerTypeInfo;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.Map;
import java.util.Set;

/**
 * An answer that is remembered for equal requests. Public for Flink's serializer of records alone,
 * by whose rules its fields may change.
 *
 * @param answer what it was, never a failure
 * @param model name of the model that answered
 * @param modelVersion fingerprint of its checkpoint
 */
public record KnownAnswer(LlavaAnswer answer, String model, String modelVersion) {

    static final TypeInformation<KnownAnswer> TYPE =
            Types.POJO(
                    KnownAnswer.class,
                    Map.of(
                            "answer",
                            LlavaAnswerTypeInfo.INSTANCE,
                            "model",
                            Types.STRING,
                            "modelVersion",
                            Types.STRING));

    static KnownAnswer of(Outcome outcome) {
        return new KnownAnswer(outcome.answer(), outcome.model(), outcome.modelVersion());
    }

    Outcome outcome() {
        return new Outcome(answer, model, modelVersion, true, Set.of());
    }
}
