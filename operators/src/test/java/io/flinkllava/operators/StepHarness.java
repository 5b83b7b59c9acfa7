package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.transformations.OneInputTransformation;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.runtime.ModelOptions;

import java.util.ArrayList;
import java.util.List;

/** The step that a job's builder makes, but for its model. */
final class StepHarness<I> extends OperatorHarness<I> {

    /** Versions whose models were opened. */
    final List<ModelVersion> opened = new ArrayList<>();

    final OneInputStreamOperatorTestHarness<I, LlavaResult<Photo>> flink;

    @SuppressWarnings("unchecked") // The builders do not say what arrives at the operator.
    private StepHarness(DataStream<LlavaResult<Photo>> answers) throws Exception {
        OneInputTransformation<I, LlavaResult<Photo>> step =
                (OneInputTransformation<I, LlavaResult<Photo>>) answers.getTransformation();
        LlavaOperatorFactory<I, Photo> factory =
                new LlavaOperatorFactory<>(
                        ofThisModel(
                                ((LlavaOperatorFactory<I, Photo>) step.getOperatorFactory())
                                        .plan()));
        flink =
                step.getStateKeySelector() == null
                        ? new OneInputStreamOperatorTestHarness<>(factory, MAX_PARALLELISM, 1, 0)
                        : new KeyedOneInputStreamOperatorTestHarness<>(
                                factory,
                                (KeySelector<I, Object>) step.getStateKeySelector(),
                                (TypeInformation<Object>) step.getStateKeyType(),
                                MAX_PARALLELISM,
                                1,
                                0);
        flink.setup(
                step.getOutputType()
                        .createSerializer(flink.getExecutionConfig().getSerializerConfig()));
    }

    private OperatorPlan<I, Photo> ofThisModel(OperatorPlan<I, Photo> plan) {
        return new OperatorPlan<>(
                plan.inputType(),
                plan.record(),
                plan.version(),
                plan.drafts(),
                plan.keys(),
                plan.memory(),
                (context, version) -> {
                    opened.add(version);
                    return new OpenModel(model, model::close);
                },
                plan.modelChanges(),
                plan.pictures(),
                plan.settings(),
                plan.deadLetters());
    }

    /**
     * A step that goes on with a state.
     *
     * @param changing whether it is told of other models
     * @param state null for none
     */
    static <I> StepHarness<I> open(
            LlavaStep<Photo, ?> builder, boolean changing, OperatorSubtaskState state)
            throws Exception {
        if (changing) {
            DataStream<ModelChange> control =
                    builder.stream.getExecutionEnvironment().fromData(ModelChange.to("/later"));
            var unused =
                    builder.modelChanges(
                            Llava.modelChanges(
                                    control, ModelOptions.DEFAULT, ModelChangeMode.ARRIVAL));
        }
        StepHarness<I> harness = new StepHarness<>(builder.model("/first").answers());
        if (state != null) {
            harness.flink.initializeState(state);
        }
        harness.flink.open();
        return harness;
    }

    @Override
    OneInputStreamOperatorTestHarness<I, LlavaResult<Photo>> flink() {
        return flink;
    }

    void send(I value, long time) throws Exception {
        flink.processElement(value, time);
    }
}
