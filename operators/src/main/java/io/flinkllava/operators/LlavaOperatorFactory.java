package io.flinkllava.operators;

import org.apache.flink.streaming.api.operators.AbstractStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.OneInputStreamOperatorFactory;
import org.apache.flink.streaming.api.operators.StreamOperator;
import org.apache.flink.streaming.api.operators.StreamOperatorParameters;

/** Makes a {@link LlavaOperator} in the task, where there is a mailbox to give it. */
final class LlavaOperatorFactory<I, T> extends AbstractStreamOperatorFactory<LlavaResult<T>>
        implements OneInputStreamOperatorFactory<I, LlavaResult<T>> {

    private static final long serialVersionUID = 1L;

    private final OperatorPlan<I, T> plan;

    LlavaOperatorFactory(OperatorPlan<I, T> plan) {
        this.plan = plan;
    }

    OperatorPlan<I, T> plan() {
        return plan;
    }

    @Override
    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"}) // The signature is Flink's.
    public <O extends StreamOperator<LlavaResult<T>>> O createStreamOperator(
            StreamOperatorParameters<LlavaResult<T>> parameters) {
        return (O) new LlavaOperator<>(parameters, plan);
    }

    @Override
    @SuppressWarnings("rawtypes") // The signature is Flink's.
    public Class<? extends StreamOperator> getStreamOperatorClass(ClassLoader classLoader) {
        return LlavaOperator.class;
    }
}
