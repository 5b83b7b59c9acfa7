package io.flinkllava.operators;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Every record of a job that fails again and again has exactly one result. */
class ExactlyOnceITCase {

    private static final int RECORDS = 1000;
    private static final double RECORDS_PER_SECOND = 500;
    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @BeforeEach
    void clear() {
        Faults.clear();
        Committed.clear();
    }

    @AfterEach
    void allFaultsHappened() {
        assertThat(Faults.missed()).isEmpty();
    }

    @Test
    void orderedWithAlignedCheckpoints() throws Exception {
        planAllPhases();
        StreamExecutionEnvironment env =
                restarting("execution.checkpointing.unaligned.enabled", "false");
        env.setParallelism(1);
        run(env, true);
        assertOnePerRecord(Committed.results());
        assertThat(Committed.results()).extracting(result -> result.input().id()).isSorted();
    }

    @Test
    void unorderedWithUnalignedCheckpoints() throws Exception {
        planAllPhases();
        StreamExecutionEnvironment env =
                restarting("execution.checkpointing.unaligned.enabled", "true");
        env.setParallelism(2);
        env.getConfig().enableObjectReuse();
        run(env, false);
        assertOnePerRecord(Committed.results());
    }

    @Test
    void batch() throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        // No checkpoints, no faults: here Flink can collect.
        assertOnePerRecord(answers(env, false).executeAndCollect(2 * RECORDS));
    }

    private static void planAllPhases() {
        Faults.plan("open", 2);
        Faults.plan("extract", 1, 200, 555);
        Faults.plan("submit", 100, 700);
        Faults.plan("emit", 1, 150, 650);
        Faults.plan("snapshot", 2, 9);
        Faults.plan("notify", 3);
    }

    private static StreamExecutionEnvironment restarting(String key, String value) {
        Configuration configuration = LocalCluster.restarting();
        configuration.setString(key, value);
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.enableCheckpointing(30);
        return env;
    }

    private static void run(StreamExecutionEnvironment env, boolean ordered) throws Exception {
        answers(env, ordered)
                .process(new Committed())
                .returns(Types.VOID)
                .sinkTo(new DiscardingSink<>());
        env.execute();
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> answers(
            StreamExecutionEnvironment env, boolean ordered) {
        DataStream<Photo> photos =
                env.fromSource(
                                new DataGeneratorSource<>(
                                        (Long index) -> Photo.number(index.intValue()),
                                        RECORDS,
                                        RateLimiterStrategy.perSecond(RECORDS_PER_SECOND),
                                        PHOTO),
                                WatermarkStrategy.<Photo>forMonotonousTimestamps()
                                        .withTimestampAssigner((photo, time) -> photo.id()),
                                "photos")
                        .setParallelism(1);
        LlavaOperatorFactory<Photo> factory =
                new LlavaOperatorFactory<>(
                        photo -> {
                            Faults.at("extract");
                            return photo.request();
                        },
                        context -> {
                            Faults.at("open");
                            ScrambledModel model = new ScrambledModel();
                            return new OpenModel(model, model::close);
                        },
                        PHOTO,
                        new QueueSettings(ordered, 16, QueueSettings.NO_TIMEOUT));
        // Ordered: chained to the source, whose checkpoints come as mails. Unordered: over the
        // network.
        DataStream<Photo> input = ordered ? photos : photos.rebalance();
        return input.transform("ask", LlavaResult.type(PHOTO), factory);
    }

    private static void assertOnePerRecord(List<LlavaResult<Photo>> results) {
        assertThat(results)
                .extracting(result -> result.input().id())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, RECORDS).boxed().toList());
        assertThat(results)
                .allSatisfy(
                        result ->
                                assertThat(result.text()).isEqualTo(result.input().expectedText()));
    }
}
