package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.LlavaRequest;

/** Makes a {@link LlavaOperator} in the task, where there is a mailbox to give it. */
final class LlavaOperatorFactory<T> extends AbstractStreamOperatorFactory<LlavaResult<T>>
        implements OneInputStreamOperatorFactory<T, LlavaResult<T>> {

    private static final long serialVersionUID = 1L;

    private final SerializableFunction<T, LlavaRequest> extractor;
    private final ModelSource models;
    private final TypeInformation<T> inputType;
    private final QueueSettings settings;

    LlavaOperatorFactory(
            SerializableFunction<T, LlavaRequest> extractor,
            ModelSource models,
            TypeInformation<T> inputType,
            QueueSettings settings) {
        this.extractor = extractor;
        this.models = models;
        this.inputType = inputType;
        this.settings = settings;
    }

    SerializableFunction<T, LlavaRequest> extractor() {
        return extractor;
    }

    ModelSource models() {
        return models;
    }

    TypeInformation<T> inputType() {
        return inputType;
    }

    QueueSettings settings() {
        return settings;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The signature is Flink's.
    public <O extends StreamOperator<LlavaResult<T>>> O createStreamOperator(
            StreamOperatorParameters<LlavaResult<T>> parameters) {
        return (O) new LlavaOperator<>(parameters, this);
    }

    @Override
    @SuppressWarnings("rawtypes") // The signature is Flink's.
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return LlavaOperator.class;
    }
}
