package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;

import io.flinkllava.flink.types.LlavaAnswerTypeInfo;
import io.flinkllava.runtime.LlavaAnswer;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A record and what the model said of it. As immutable as its input: steps that get it may keep it.
 *
 * @param input the record that asked
 * @param answer the answer, or why there is none
 * @param model name of the model that answered, or should have
 * @param modelVersion fingerprint of that model's checkpoint, see {@link
 *     io.flinkllava.runtime.ModelInfo#fingerprint}
 */
@TypeInfo(LlavaResultTypeInfoFactory.class)
public record LlavaResult<T>(T input, LlavaAnswer answer, String model, String modelVersion) {

    public LlavaResult {
        Objects.requireNonNull(answer, "answer");
        Objects.requireNonNull(model, "model");
        Objects.requireNonNull(modelVersion, "modelVersion");
    }

    /**
     * Type information for results on records of this type. Fields follow Flink's POJO schema
     * evolution: what is added later is null or zero in what was written before.
     */
    @SuppressWarnings("unchecked") // A class literal has no type arguments.
    public static <T> TypeInformation<LlavaResult<T>> type(TypeInformation<T> input) {
        return (TypeInformation<LlavaResult<T>>)
                (TypeInformation<?>)
                        Types.POJO(
                                LlavaResult.class,
                                Map.of(
                                        "input",
                                        input,
                                        "answer",
                                        LlavaAnswerTypeInfo.INSTANCE,
                                        "model",
                                        Types.STRING,
                                        "modelVersion",
                                        Types.STRING));
    }

    /** Whether the model answered. */
    public boolean isText() {
        return answer instanceof LlavaAnswer.Text;
    }

    /**
     * The answer's text.
     *
     * @throws IllegalStateException if there is none; see {@link #isText}
     */
    public String text() {
        return generated().text();
    }

    /**
     * The answer with its token counts.
     *
     * @throws IllegalStateException if there is none; see {@link #isText}
     */
    public LlavaAnswer.Text generated() {
        if (answer instanceof LlavaAnswer.Text text) {
            return text;
        }
        throw new IllegalStateException("There is no answer: " + failure().message());
    }

    /**
     * How likely each of the choices was, in the order in which they were given; empty unless the
     * model chose.
     *
     * @throws IllegalStateException if there is no answer; see {@link #isText}
     */
    public List<LlavaAnswer.Choice> choices() {
        return generated().choices();
    }

    /**
     * Why there is no answer.
     *
     * @throws IllegalStateException if there is one; see {@link #isText}
     */
    public LlavaAnswer.Failure failure() {
        if (answer instanceof LlavaAnswer.Failure failure) {
            return failure;
        }
        throw new IllegalStateException("The request did not fail.");
    }
}
