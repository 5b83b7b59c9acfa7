package io.flinkllava.operators;

import org.apache.flink.api.common.functions.InvalidTypesException;
import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

import java.lang.reflect.Type;
import java.util.Map;

/** Lets Flink find the type of a {@link LlavaResult} in the signature of a user's function. */
public final class LlavaResultTypeInfoFactory<T> extends TypeInfoFactory<LlavaResult<T>> {

    @Override
    @SuppressWarnings("unchecked") // T is the only parameter of LlavaResult.
    public TypeInformation<LlavaResult<T>> createTypeInfo(
            Type type, Map<String, TypeInformation<?>> genericParameters) {
        return LlavaResult.type((TypeInformation<T>) inputType(type, genericParameters));
    }

    /** The type of the record in a type whose only parameter it is. */
    static TypeInformation<?> inputType(
            Type type, Map<String, TypeInformation<?>> genericParameters) {
        TypeInformation<?> input = genericParameters.get("T");
        if (input == null) {
            throw new InvalidTypesException(
                    "The type of the input in "
                            + type
                            + " is not known. Give it with returns(...), made by the type(...)"
                            + " method of the class.");
        }
        return input;
    }
}
