package io.flinkllava.operators;

import org.apache.flink.api.common.JobStatus;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.testutils.CommonTestUtils;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.v2.DiscardingSink;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.nio.file.Files;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Jobs that end before their input does. */
class CancelITCase {

    private static final int CAPACITY = 32;
    private static final String CHECKPOINT = "llava15";
    private static final Duration QUICK = Duration.ofSeconds(2);
    private static final Duration FAR_LONGER_THAN_THE_TEST = Duration.ofDays(1);
    private static final GenerationParameters LONG =
            GenerationParameters.DEFAULT.withMaxNewTokens(256);
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
        full.await();

        long start = System.nanoTime();
        job.cancel().get();
        assertThatThrownBy(() -> job.getJobExecutionResult().get())
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
        assertThatThrownBy(() -> job.getJobExecutionResult().get())
                .hasRootCauseInstanceOf(LlavaException.class)
                .rootCause()
                .hasMessage("/models/x/config.json is missing.");
        assertThat(OPENS).hasValue(1);
    }

    @Test
    void realModelIsFreedInTheMiddleOfItsAnswersAndDoesNotLingerAfterItsJob() throws Exception {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        TaskModel lingering =
                new TaskModel(
                                Golden.checkpoint(CHECKPOINT).toString(),
                                ModelOptions.DEFAULT
                                        .withDevice(Device.CPU)
                                        .withMaxSequenceLength(512),
                                ModelScope.SLOT)
                        .withLinger(FAR_LONGER_THAN_THE_TEST);
        JobClient job =
                start(
                        AskHarness.factory(
                                photo ->
                                        LlavaRequest.ask(picture, photo.question())
                                                .withGeneration(LONG),
                                new PoolModelSource(lingering),
                                PHOTO,
                                new QueueSettings(
                                        true,
                                        CAPACITY,
                                        QueueSettings.NO_TIMEOUT,
                                        RetryPolicy.NONE,
                                        ErrorPolicy.AS_RESULT)));
        // The source never ends, so from now on there are always answers that go on.
        await("The model answers", CancelITCase::generating);

        job.cancel().get();
        assertThatThrownBy(() -> job.getJobExecutionResult().get())
                .isInstanceOf(ExecutionException.class);
        await("The engine has ended", () -> !engineRuns());
    }

    private static boolean generating() {
        return ModelPool.shared().models().stream()
                .filter(model -> model.info().name().equals(CHECKPOINT))
                .anyMatch(model -> model.counters().completionTokens() > 100);
    }

    private static boolean engineRuns() {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("llava-engine-" + CHECKPOINT));
    }

    private static void await(String what, Supplier<Boolean> condition) throws Exception {
        CommonTestUtils.waitUtil(condition, Duration.ofMinutes(2), "Not yet: " + what);
    }

    private static JobClient start(LlavaOperatorFactory<Photo, Photo> factory) throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.restarting());
        env.setParallelism(1);
        endless(env)
                .transform("ask", LlavaResult.type(PHOTO), factory)
                .sinkTo(new DiscardingSink<>());
        return env.executeAsync();
    }

    private static DataStream<Photo> endless(StreamExecutionEnvironment env) {
        return env.fromSource(
                new DataGeneratorSource<>(
                        (Long index) -> Photo.number(index.intValue()), Long.MAX_VALUE, PHOTO),
                WatermarkStrategy.noWatermarks(),
                "photos");
    }
}
