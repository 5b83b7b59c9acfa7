package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInfoFactory;
import org.apache.flink.api.common.typeinfo.TypeInformation;

import java.lang.reflect.Type;
import java.util.Map;

/** Lets Flink find the type of a {@link DeadLetter} in the signature of a user's function. */
public final class DeadLetterTypeInfoFactory<T> extends TypeInfoFactory<DeadLetter<T>> {

    @Override
    @SuppressWarnings("unchecked") // T is the only parameter of DeadLetter.
    public TypeInformation<DeadLetter<T>> createTypeInfo(
            Type type, Map<String, TypeInformation<?>> genericParameters) {
        return DeadLetter.type(
                (TypeInformation<T>) LlavaResultTypeInfoFactory.inputType(type, genericParameters));
    }
}
