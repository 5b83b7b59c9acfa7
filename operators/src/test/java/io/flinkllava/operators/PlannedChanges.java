package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.OpenContext;
import org.apache.flink.api.common.functions.RichMapFunction;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;

import io.flinkllava.runtime.CheckpointInfo;
import io.flinkllava.runtime.LlavaException;

import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import static org.assertj.core.api.Assertions.assertThat;

/** A control stream on which a {@link FaultyJob} goes over to three models, and not to a fourth. */
final class PlannedChanges {

    private static final int CHANGES = 3;
    private static final int RECORDS_OF_A_MODEL = FaultyJob.RECORDS / (CHANGES + 1);
    private static final String BROKEN = "/models/broken";

    private static final Queue<String> REJECTED = new ConcurrentLinkedQueue<>();

    private PlannedChanges() {}

    /** Fails the check of a model by schedule, too, and a task that opens one beside another. */
    static void plan() {
        REJECTED.clear();
        Faults.plan("model change", 2);
        Faults.plan("open later while asked", 1, 3);
    }

    static ModelChanges in(StreamExecutionEnvironment env, ModelChangeMode mode) {
        ModelChanges changes = ModelChanges.checkedBy(control(env), PlannedChanges::check, mode);
        changes.rejected()
                .map(
                        rejected -> {
                            REJECTED.add(rejected.folder());
                            return rejected.folder();
                        })
                .uid("rejected")
                .sinkTo(new DiscardingSink<>())
                .uid("rejected-nowhere");
        return changes;
    }

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
                .uid("control")
                .map(new Begins())
                .setParallelism(1)
                .uid("control-begins");
    }

    /** There are few changes: none may come before it is known that another attempt has begun. */
    private static final class Begins extends RichMapFunction<ModelChange, ModelChange> {

        private static final long serialVersionUID = 1L;

        @Override
        public void open(OpenContext context) {
            Faults.begins(getRuntimeContext().getTaskInfo().getAttemptNumber());
        }

        @Override
        public ModelChange map(ModelChange change) {
            return change;
        }
    }

    private static ModelChange change(int index) {
        return index == 0
                ? new ModelChange(BROKEN, 1)
                : new ModelChange(folder(index), (long) index * RECORDS_OF_A_MODEL);
    }

    private static String folder(int change) {
        return "/models/" + change;
    }

    private static CheckpointInfo check(String folder) {
        Faults.at("model change");
        if (folder.equals(BROKEN)) {
            throw LlavaException.model(folder + "/config.json is missing.");
        }
        return new CheckpointInfo(folder, ScrambledModel.fingerprint(folder), "llava");
    }

    static void assertModels(ModelChangeMode mode, List<LlavaResult<Photo>> results) {
        if (mode == ModelChangeMode.ARRIVAL) {
            assertArrived(results);
        } else {
            assertByEventTime(results);
        }
        assertOnlyTheBrokenOneWasRejected();
    }

    /** Each result names a model and its version, and more than one model answered. */
    private static void assertArrived(List<LlavaResult<Photo>> results) {
        assertThat(results)
                .allSatisfy(
                        result ->
                                assertThat(result.modelVersion())
                                        .isEqualTo(ScrambledModel.fingerprint(result.model())));
        assertThat(results.stream().map(LlavaResult::model).distinct().count())
                .as("models that answered")
                .isGreaterThan(1);
    }

    /** Once, and again in each attempt that comes to it again. */
    private static void assertOnlyTheBrokenOneWasRejected() {
        assertThat(REJECTED).isNotEmpty().containsOnly(BROKEN);
    }

    /** Each photo was answered by the model of its time. */
    private static void assertByEventTime(List<LlavaResult<Photo>> results) {
        assertThat(results)
                .allSatisfy(
                        result -> {
                            int change = result.input().id() / RECORDS_OF_A_MODEL;
                            String model = change == 0 ? ScrambledModel.FIRST : folder(change);
                            assertThat(result.model()).isEqualTo(model);
                            assertThat(result.modelVersion())
                                    .isEqualTo(ScrambledModel.fingerprint(model));
                        });
    }
}
