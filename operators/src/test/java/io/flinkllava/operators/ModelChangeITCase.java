package io.flinkllava.operators;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.pictures.PictureAccess;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs that go over to other models while they run, and fail again and again. */
class ModelChangeITCase {

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @TempDir private Path savepoints;

    @BeforeEach
    void clear() {
        FaultyJob.clear();
        PlannedChanges.plan();
    }

    @AfterEach
    void allFaultsHappened() {
        Faults.assertAllHappened();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void byArrivalEachAnswerIsThatOfTheModelItNames(boolean unaligned) throws Exception {
        FaultyJob.planAllPhases();
        Faults.plan(FailsLast.PHASE, 4, 11);
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 2);
        FaultyJob.run(answers(env, ModelChangeMode.ARRIVAL));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
        PlannedChanges.assertModels(ModelChangeMode.ARRIVAL, Committed.results());
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void byEventTimeTheRecordsTimeDecides(boolean unaligned) throws Exception {
        FaultyJob.planAllPhases();
        Faults.plan(FailsLast.PHASE, 4, 11);
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 2);
        FaultyJob.run(answers(env, ModelChangeMode.EVENT_TIME));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
        PlannedChanges.assertModels(ModelChangeMode.EVENT_TIME, Committed.results());
    }

    @ParameterizedTest
    @EnumSource
    void rescaled(ModelChangeMode mode) throws Exception {
        FaultyJob.planAllPhases();
        Faults.plan(FailsLast.PHASE, 4, 11);
        FaultyJob.runRescaledInFlight(env -> answers(env, mode), savepoints);
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
        PlannedChanges.assertModels(mode, Committed.results());
    }

    /** Behind a shuffle, so that several subtasks stamp. */
    private static DataStream<LlavaResult<Photo>> answers(
            StreamExecutionEnvironment env, ModelChangeMode mode) {
        DataStream<Question<Photo>> questions =
                PlannedChanges.in(env, mode)
                        .stamp(FaultyJob.photos(env).rebalance(), photo -> "", "ask");
        assertThat(questions.getParallelism()).isEqualTo(env.getParallelism());
        return questions
                .map(new FailsLast<>())
                .returns(questions.getType())
                .uid("front")
                .transform(
                        "ask",
                        LlavaResult.type(FaultyJob.PHOTO),
                        new LlavaOperatorFactory<>(
                                new OperatorPlan<>(
                                        Question.type(FaultyJob.PHOTO),
                                        Question::input,
                                        Question::model,
                                        question -> RequestDraft.of(question.input().request()),
                                        null,
                                        null,
                                        FaultyJob.models(),
                                        true,
                                        PictureAccess.NONE,
                                        FaultyJob.settings(false),
                                        DeadLetter.tag(FaultyJob.PHOTO))))
                .uid("ask");
    }
}
