package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.Watermark;
import org.apache.flink.api.common.eventtime.WatermarkGenerator;
import org.apache.flink.api.common.eventtime.WatermarkOutput;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.runtime.CheckpointInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Turns of dialogues that wait for the control stream when their job is rescaled. */
class ModelStampITCase {

    private static final int DIALOGUES = 7;
    private static final int WAITING = 300;
    private static final int ALL = 600;

    /** The control stream's time; nothing is promised before the job is rescaled. */
    private static final AtomicLong PROMISED = new AtomicLong(Long.MIN_VALUE);

    private static final CountDownLatch ARRIVED = new CountDownLatch(WAITING);
    private static final CountDownLatch STAMPED = new CountDownLatch(ALL);
    private static final ConcurrentLinkedQueue<Integer> IDS = new ConcurrentLinkedQueue<>();

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(3);

    @TempDir private Path savepoints;

    @Test
    void turnsThatWaitKeepTheirOrder() throws Exception {
        JobClient narrow = start(LocalCluster.noKryo(), 1);
        ARRIVED.await();
        String savepoint =
                narrow.stopWithSavepoint(
                                false, savepoints.toString(), SavepointFormatType.CANONICAL)
                        .get();
        assertThat(IDS).isEmpty();

        PROMISED.set(Long.MAX_VALUE - 1);
        Configuration restoring = LocalCluster.noKryo();
        restoring.setString("execution.state-recovery.path", savepoint);
        JobClient wide = start(restoring, 3);
        STAMPED.await();
        wide.cancel().get();
        for (int dialogue = 0; dialogue < DIALOGUES; dialogue++) {
            int first = dialogue;
            List<Integer> turns = IDS.stream().filter(id -> id % DIALOGUES == first).toList();
            assertThat(turns)
                    .hasSizeGreaterThanOrEqualTo(WAITING / DIALOGUES)
                    .isEqualTo(
                            IntStream.range(0, turns.size())
                                    .mapToObj(turn -> turn * DIALOGUES + first)
                                    .toList());
        }
    }

    private static JobClient start(Configuration configuration, int parallelism) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.setParallelism(parallelism);
        env.setMaxParallelism(16);
        ModelChanges.checkedBy(
                        control(env),
                        folder -> new CheckpointInfo(folder, "f", "llava"),
                        ModelChangeMode.EVENT_TIME)
                .stamp(photos(env).keyBy(ModelStampITCase::dialogue, Types.INT), "ask")
                .keyBy(question -> dialogue(question.input()), Types.INT)
                .map(
                        question -> {
                            IDS.add(question.input().id());
                            STAMPED.countDown();
                            return question.input().id();
                        })
                .returns(Types.INT)
                .uid("stamped")
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
        return env.executeAsync();
    }

    private static int dialogue(Photo photo) {
        return photo.id() % DIALOGUES;
    }

    /** As parallel as the job, each dialogue in one subtask. */
    private static DataStream<Photo> photos(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> Photo.number(index.intValue()),
                                Integer.MAX_VALUE,
                                RateLimiterStrategy.perSecond(1000),
                                FaultyJob.PHOTO),
                        WatermarkStrategy.<Photo>forMonotonousTimestamps()
                                .withTimestampAssigner((photo, time) -> photo.id()),
                        "photos")
                .setParallelism(1)
                .uid("photos")
                .keyBy(ModelStampITCase::dialogue, Types.INT)
                .map(
                        photo -> {
                            ARRIVED.countDown();
                            return photo;
                        })
                .returns(FaultyJob.PHOTO)
                .uid("arrived");
    }

    private static DataStream<ModelChange> control(StreamExecutionEnvironment env) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> new ModelChange("/models/later", 0),
                                Integer.MAX_VALUE,
                                RateLimiterStrategy.perSecond(5),
                                TypeInformation.of(ModelChange.class)),
                        WatermarkStrategy.forGenerator(context -> new Promises()),
                        "control")
                .setParallelism(1)
                .uid("control");
    }

    /** Says at each period what the test says. */
    private static final class Promises implements WatermarkGenerator<ModelChange> {

        @Override
        public void onEvent(ModelChange change, long time, WatermarkOutput output) {}

        @Override
        public void onPeriodicEmit(WatermarkOutput output) {
            output.emitWatermark(new Watermark(PROMISED.get()));
        }
    }
}
