package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.PrimitiveArrayTypeInfo;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.checkpoint.CheckpointOptions;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.state.memory.MemCheckpointStreamFactory;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFinalizer;
import org.apache.flink.streaming.api.operators.OperatorSnapshotFutures;
import org.apache.flink.streaming.util.KeyedOneInputStreamOperatorTestHarness;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** With object reuse, records are changed by those who sent them and by those who get them. */
class ObjectReuseTest {

    private static final TypeInformation<byte[]> BYTES =
            PrimitiveArrayTypeInfo.BYTE_PRIMITIVE_ARRAY_TYPE_INFO;

    /** The operator's own records, as it will emit them. */
    private final List<byte[]> asked = new ArrayList<>();

    @Test
    void recordInFlightIsStoredAsItWasAtTheSnapshot() throws Exception {
        var first = harness();
        first.getExecutionConfig().enableObjectReuse();
        first.open();
        byte[] sent = {1, 2, 3};
        first.processElement(new Question<>(sent, "k", ModelVersion.FIRST), 0);
        sent[0] = 8;
        OperatorSnapshotFutures snapshot =
                first.getOperator()
                        .snapshotState(
                                1,
                                1,
                                CheckpointOptions.forCheckpointWithDefaultLocation(),
                                new MemCheckpointStreamFactory(1 << 20));
        // Emitted while the checkpoint is still being written, and changed downstream.
        asked.get(0)[0] = 9;
        OperatorSubtaskState state =
                OperatorSnapshotFinalizer.create(snapshot).getJobManagerOwnedState();
        first.close();

        var second = harness();
        second.initializeState(state);
        second.open();
        second.close();
        assertThat(asked.get(1)).containsExactly(1, 2, 3);
    }

    private KeyedOneInputStreamOperatorTestHarness<String, Question<byte[]>, LlavaResult<byte[]>>
            harness() throws Exception {
        FakeModel model = new FakeModel();
        KeySelector<Question<byte[]>, String> keys = Question::key;
        AnswerMemory<byte[]> memory =
                new AnswerMemory<>(
                        new RequestKey<>(
                                picture -> {
                                    asked.add(picture);
                                    return RequestDraft.of(LlavaRequest.ask(picture, "What?"));
                                },
                                null),
                        Duration.ofMinutes(1));
        var harness =
                new KeyedOneInputStreamOperatorTestHarness<
                        String, Question<byte[]>, LlavaResult<byte[]>>(
                        new LlavaOperatorFactory<>(
                                new OperatorPlan<>(
                                        Question.type(BYTES),
                                        Question::input,
                                        Question::model,
                                        null,
                                        keys,
                                        memory,
                                        (context, version) -> new OpenModel(model, model::close),
                                        false,
                                        PictureAccess.NONE,
                                        AskHarness.UNORDERED,
                                        DeadLetter.tag(BYTES))),
                        keys,
                        Types.STRING,
                        OperatorHarness.MAX_PARALLELISM,
                        1,
                        0);
        harness.setup(
                LlavaResult.type(BYTES)
                        .createSerializer(harness.getExecutionConfig().getSerializerConfig()));
        return harness;
    }
}
