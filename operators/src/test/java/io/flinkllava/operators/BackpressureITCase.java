package io.flinkllava.operators;

import org.apache.flink.api.common.JobID;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.runtime.metrics.MetricNames;
import org.apache.flink.runtime.metrics.groups.TaskMetricGroup;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.testing.cluster.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** A sink that takes nothing while the source and the model could go on. */
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
    private static final CountDownLatch AT_THE_GATE = new CountDownLatch(1);
    private static final CountDownLatch GATE = new CountDownLatch(1);

    private static final InMemoryReporter REPORTER = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            LocalCluster.withSlots(1, REPORTER.addToConfiguration(new Configuration()));

    @AfterEach
    void open() {
        GATE.countDown();
    }

    @Test
    void shutSinkStallsTheSourceUntilItOpens() throws Exception {
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
                            AT_THE_GATE.countDown();
                            GATE.await();
                            int onTheirWay = PRODUCED.get() - CONSUMED.incrementAndGet();
                            MOST_SEEN.accumulateAndGet(onTheirWay, Math::max);
                            return result.input().id();
                        })
                .sinkTo(new DiscardingSink<>());
        JobClient job = env.executeAsync();

        AT_THE_GATE.await();
        // From behind: what a task waits for does not come any more, so nothing moves afterwards.
        awaitBackpressure(job.getJobID(), "ask");
        awaitBackpressure(job.getJobID(), "Source: photos");
        assertThat(PRODUCED.get()).isBetween(CAPACITY, MOST_ON_THEIR_WAY);
        assertThat(CONSUMED).hasValue(0);

        GATE.countDown();
        job.getJobExecutionResult().get();
        assertThat(CONSUMED).hasValue(RECORDS);
        assertThat(MOST_SEEN.get()).isBetween(CAPACITY, MOST_ON_THEIR_WAY);
    }

    /** Waits until a task has no buffer left to write into. */
    private static void awaitBackpressure(JobID job, String task) {
        Eventually.holds(
                task + " waits for what is behind it",
                Duration.ofMinutes(2),
                () -> "The source has produced " + PRODUCED.get() + " records",
                () -> (Boolean) backpressure(job, task).getValue());
    }

    private static Gauge<?> backpressure(JobID job, String task) {
        TaskMetricGroup group = REPORTER.findTaskMetricGroups(job, task).get(0);
        return (Gauge<?>) REPORTER.getMetricsByGroup(group).get(MetricNames.IS_BACK_PRESSURED);
    }
}
