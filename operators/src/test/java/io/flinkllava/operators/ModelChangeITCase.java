package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.CheckpointInfo;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;

/** Jobs that go over to other models while they run, and fail again and again. */
class ModelChangeITCase {

    private static final int CHANGES = 3;
    private static final int RECORDS_OF_A_MODEL = FaultyJob.RECORDS / (CHANGES + 1);

    private static final Queue<String> REJECTED = new ConcurrentLinkedQueue<>();

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @BeforeEach
    void clear() {
        Faults.clear();
        Committed.clear();
        REJECTED.clear();
        FaultyJob.planAllPhases();
        Faults.plan("model change", 2);
    }

    @AfterEach
    void allFaultsHappened() {
        assertThat(Faults.missed()).isEmpty();
    }

    @Test
    void byArrivalEachAnswerIsThatOfTheModelItNames() throws Exception {
        run(ModelChangeMode.ARRIVAL);
        List<LlavaResult<Photo>> results = Committed.results();
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(results);
        assertThat(results)
                .allSatisfy(
                        result ->
                                assertThat(result.modelVersion())
                                        .isEqualTo(ScrambledModel.fingerprint(result.model())));
        assertThat(results.stream().map(LlavaResult::model).distinct().count())
                .as("models that answered")
                .isGreaterThan(1);
        assertThat(REJECTED).contains("/models/broken");
    }

    @Test
    void byEventTimeTheRecordsTimeDecides() throws Exception {
        run(ModelChangeMode.EVENT_TIME);
        List<LlavaResult<Photo>> results = Committed.results();
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(results);
        assertThat(results)
                .allSatisfy(
                        result -> {
                            int change = result.input().id() / RECORDS_OF_A_MODEL;
                            assertThat(result.model())
                                    .isEqualTo(change == 0 ? "scrambled" : folder(change));
                        });
    }

    private static void run(ModelChangeMode mode) throws Exception {
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        ModelChanges changes = ModelChanges.checkedBy(control(env), ModelChangeITCase::check, mode);
        changes.rejected()
                .map(
                        rejected -> {
                            REJECTED.add(rejected.folder());
                            return rejected.folder();
                        })
                .sinkTo(new DiscardingSink<>());
        DataStream<Question<Photo>> questions =
                changes.stamp(FaultyJob.photos(env).rebalance(), photo -> "", "ask");
        FaultyJob.collect(
                questions
                        .transform(
                                "ask",
                                LlavaResult.type(FaultyJob.PHOTO),
                                new LlavaOperatorFactory<>(
                                        new OperatorPlan<>(
                                                Question.type(FaultyJob.PHOTO),
                                                Question::input,
                                                Question::model,
                                                question ->
                                                        RequestDraft.of(question.input().request()),
                                                null,
                                                null,
                                                FaultyJob.models(),
                                                true,
                                                PictureAccess.NONE,
                                                FaultyJob.settings(false),
                                                DeadLetter.tag(FaultyJob.PHOTO))))
                        .uid("ask"));
        env.execute();
    }

    /** A broken model, and three good ones. */
    private static DataStream<ModelChange> control(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> change(index.intValue()),
                                CHANGES + 1,
                                RateLimiterStrategy.perSecond(2.5),
                                TypeInformation.of(ModelChange.class)),
                        WatermarkStrategy.<ModelChange>forMonotonousTimestamps()
                                .withTimestampAssigner((change, time) -> change.effectiveFrom()),
                        "control")
                .setParallelism(1)
                .uid("control");
    }

    private static ModelChange change(int index) {
        return index == 0
                ? new ModelChange("/models/broken", 1)
                : new ModelChange(folder(index), (long) index * RECORDS_OF_A_MODEL);
    }

    private static String folder(int change) {
        return "/models/" + change;
    }

    private static CheckpointInfo check(String folder) {
        Faults.at("model change");
        if (folder.endsWith("broken")) {
            throw LlavaException.model(folder + "/config.json is missing.");
        }
        return new CheckpointInfo(folder, ScrambledModel.fingerprint(folder), "llava");
    }
}
