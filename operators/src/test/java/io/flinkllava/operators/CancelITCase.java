package io.flinkllava.operators;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs that end before their input does. */
class CancelITCase {

    private static final int CAPACITY = 32;
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);

    private static final AtomicInteger OPENS = new AtomicInteger();

    private static volatile FakeModel model;
    private static volatile CountDownLatch full;

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(1);

    @Test
    void jobWithAFullQueueIsCancelledQuickly() throws Exception {
        model = new FakeModel();
        full = new CountDownLatch(CAPACITY);
        JobClient job =
                start(
                        AskHarness.factory(
                                photo -> {
                                    full.countDown();
                                    return photo.request();
                                },
                                (context, version) -> new OpenModel(model, model::close),
                                PHOTO,
                                new QueueSettings(
                                        true,
                                        CAPACITY,
                                        QueueSettings.NO_TIMEOUT,
                                        RetryPolicy.NONE,
                                        ErrorPolicy.AS_RESULT)));
        assertThat(full.await(10, TimeUnit.SECONDS)).isTrue();

        long start = System.nanoTime();
        job.cancel().get();
        assertThatThrownBy(() -> job.getJobExecutionResult().get(10, TimeUnit.SECONDS))
                .isInstanceOf(ExecutionException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(QUICK);
        assertThat(job.getJobStatus().get()).isEqualTo(JobStatus.CANCELED);
        assertThat(model.closes()).isEqualTo(1);
        assertThat(model.future(0)).isCancelled();
        assertThat(model.future(CAPACITY - 1)).isCancelled();
    }

    @Test
    void modelThatCannotBeOpenedFailsTheJobForGood() throws Exception {
        JobClient job =
                start(
                        AskHarness.factory(
                                Photo::request,
                                (context, version) -> {
                                    OPENS.incrementAndGet();
                                    throw LlavaException.model("/models/x/config.json is missing.");
                                },
                                PHOTO,
                                new QueueSettings(
                                        true,
                                        CAPACITY,
                                        QueueSettings.NO_TIMEOUT,
                                        RetryPolicy.NONE,
                                        ErrorPolicy.AS_RESULT)));
        assertThatThrownBy(() -> job.getJobExecutionResult().get(10, TimeUnit.SECONDS))
                .hasRootCauseInstanceOf(LlavaException.class)
                .rootCause()
                .hasMessage("/models/x/config.json is missing.");
        assertThat(OPENS).hasValue(1);
    }

    private static JobClient start(LlavaOperatorFactory<Photo, Photo> factory) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.restarting());
        env.setParallelism(1);
        DataStream<Photo> photos =
                env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> Photo.number(index.intValue()),
                                Long.MAX_VALUE,
                                PHOTO),
                        WatermarkStrategy.noWatermarks(),
                        "photos");
        photos.transform("ask", LlavaResult.type(PHOTO), factory).sinkTo(new DiscardingSink<>());
        return env.executeAsync();
    }
}
