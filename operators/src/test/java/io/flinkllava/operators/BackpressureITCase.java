package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** A sink that is slower than the source and the model. */
class BackpressureITCase {

    private static final int RECORDS = 1000;
    private static final int CAPACITY = 16;

    /** Fills a network buffer, so that few records fit between source and sink. */
    private static final String LONG_QUESTION = "?".repeat(32 << 10);

    /** What the queue, and Flink's buffers on both sides of it, may hold. */
    private static final int MOST_ON_THEIR_WAY = CAPACITY + 100;

    private static final AtomicInteger PRODUCED = new AtomicInteger();
    private static final AtomicInteger CONSUMED = new AtomicInteger();
    private static final AtomicInteger MOST_SEEN = new AtomicInteger();

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(1);

    @BeforeEach
    void clear() {
        PRODUCED.set(0);
        CONSUMED.set(0);
        MOST_SEEN.set(0);
    }

    @Test
    void slowSinkStallsTheSource() throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setParallelism(1);
        env.disableOperatorChaining();
        env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> {
                                    PRODUCED.incrementAndGet();
                                    return new Photo(index.intValue(), LONG_QUESTION);
                                },
                                RECORDS,
                                FaultyJob.PHOTO),
                        WatermarkStrategy.noWatermarks(),
                        "photos")
                .transform(
                        "ask",
                        LlavaResult.type(FaultyJob.PHOTO),
                        AskHarness.factory(
                                Photo::request,
                                (context, version) -> {
                                    ScrambledModel model = new ScrambledModel();
                                    return new OpenModel(model, model::close);
                                },
                                FaultyJob.PHOTO,
                                new QueueSettings(
                                        false,
                                        CAPACITY,
                                        QueueSettings.NO_TIMEOUT,
                                        RetryPolicy.NONE,
                                        ErrorPolicy.FAIL)))
                .map(
                        result -> {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
                            int onTheirWay = PRODUCED.get() - CONSUMED.incrementAndGet();
                            MOST_SEEN.accumulateAndGet(onTheirWay, Math::max);
                            return result.input().id();
                        })
                .sinkTo(new DiscardingSink<>());
        env.execute();
        assertThat(CONSUMED).hasValue(RECORDS);
        assertThat(MOST_SEEN.get()).isBetween(1, MOST_ON_THEIR_WAY);
    }
}
