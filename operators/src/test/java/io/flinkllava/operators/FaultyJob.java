package io.flinkllava.operators;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.RuntimeContext;
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
import org.apache.flink.util.function.SerializableFunction;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Parts of jobs whose tasks are failed by schedule, and what must be true of their results. */
final class FaultyJob {

    static final int RECORDS = 2000;
    static final TypeInformation<Photo> PHOTO = Types.POJO(Photo.class);

    private static final int CAPACITY = 16;
    private static final int[] PARALLELISMS = {1, 3, 2};

    /** What the source of a job started with, where the savepoint left it; all if it is done. */
    private static final AtomicInteger FIRST_EMITTED = new AtomicInteger();

    private static final AtomicInteger EMITTED = new AtomicInteger();

    private FaultyJob() {}

    /** Forgets the jobs of other tests. */
    static void clear() {
        Faults.clear();
        Committed.clear();
        ScrambledModel.clear();
        EMITTED.set(0);
    }

    /** How many records left sources; many more than once. */
    static int emissions() {
        return EMITTED.get();
    }

    /** At least 12 faults, in every phase. */
    static void planAllPhases() {
        Faults.plan("open", 2);
        Faults.plan("queue", 100, 700);
        Faults.plan("prefill", 300, 900);
        Faults.plan("decode", 500, 2500);
        Faults.plan("emit", 1, 150, 1650);
        Faults.plan("snapshot", 2, 9);
        Faults.plan("notify", 3);
    }

    /** Of a job that may fail as often as it is still planned. */
    static StreamExecutionEnvironment environment(boolean unaligned, int parallelism) {
        return environment(unaligned, parallelism, Faults.left(), Optional.empty());
    }

    private static StreamExecutionEnvironment environment(
            boolean unaligned, int parallelism, int restarts, Optional<String> savepoint) {
        Configuration configuration = LocalCluster.restarting(restarts);
        configuration.setString(
                "execution.checkpointing.unaligned.enabled", Boolean.toString(unaligned));
        // With less Flink 2.3 lets the trigger of a checkpoint pass a split that is on its way to
        // the source, and the split is lost (StreamTask.triggerCheckpointAsync).
        configuration.setString("execution.checkpointing.aligned-checkpoint-timeout", "1 ms");
        savepoint.ifPresent(path -> configuration.setString("execution.state-recovery.path", path));
        Faults.submitted();
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(configuration);
        env.enableCheckpointing(30);
        env.getConfig().setAutoWatermarkInterval(20);
        env.setParallelism(parallelism);
        env.setMaxParallelism(16);
        return env;
    }

    static QueueSettings settings(boolean ordered) {
        return new QueueSettings(
                ordered, CAPACITY, QueueSettings.NO_TIMEOUT, RetryPolicy.NONE, ErrorPolicy.FAIL);
    }

    /** A model for each version that is named after its folder. */
    static ModelSource models() {
        return models(FaultyJob::answer);
    }

    /** The same, with something else to say. */
    static ModelSource models(SerializableFunction<LlavaRequest, LlavaAnswer.Text> answers) {
        return (context, version) -> {
            if (version.isFirst()) {
                visitOpen(context);
            } else {
                visitOpenLater(context);
            }
            String name = version.isFirst() ? ScrambledModel.FIRST : version.folder();
            ScrambledModel model = new ScrambledModel(name, answers);
            return new OpenModel(model, model::close);
        };
    }

    /** A task opens its first model. */
    static void visitOpen(RuntimeContext context) {
        Faults.begins(context.getTaskInfo().getAttemptNumber());
        Faults.at("open");
    }

    /** A task goes over to another model, while the one before it still works or not. */
    private static void visitOpenLater(RuntimeContext context) {
        Faults.begins(context.getTaskInfo().getAttemptNumber());
        Faults.at("open later");
        if (ScrambledModel.areAsked()) {
            Faults.at("open later while asked");
        }
    }

    private static LlavaAnswer.Text answer(LlavaRequest request) {
        return (LlavaAnswer.Text) Photo.answer(request);
    }

    /** Photo n has the time n. */
    static DataStream<Photo> photos(StreamExecutionEnvironment env) {
        return photos(env, RECORDS);
    }

    static DataStream<Photo> photos(StreamExecutionEnvironment env, int records) {
        return photos(env, records, new InStep<>());
    }

    /** Where no fault needs the time. */
    static DataStream<Photo> photosAtOnce(StreamExecutionEnvironment env) {
        return photos(env, RECORDS, RateLimiterStrategy.noOp());
    }

    private static DataStream<Photo> photos(
            StreamExecutionEnvironment env, int records, RateLimiterStrategy<?> rate) {
        return env.fromSource(
                        new DataGeneratorSource<>(
                                (Long index) -> Photo.number(index.intValue()),
                                records,
                                rate,
                                PHOTO),
                        WatermarkStrategy.<Photo>forMonotonousTimestamps()
                                .withTimestampAssigner(FaultyJob::emitted),
                        "photos")
                .setParallelism(1)
                .uid("photos");
    }

    private static long emitted(Photo photo, long unused) {
        EMITTED.incrementAndGet();
        InStep.emitted(photo.id());
        FIRST_EMITTED.compareAndSet(RECORDS, photo.id());
        return photo.id();
    }

    /** Runs a job to its end. */
    static void run(DataStream<LlavaResult<Photo>> answers) throws Exception {
        collect(answers);
        answers.getExecutionEnvironment().execute();
        Committed.assertWatermarksKeptTheirPromise(RECORDS);
    }

    static void collect(DataStream<LlavaResult<Photo>> answers) {
        answers.process(new Committed())
                .returns(Types.VOID)
                .uid("committed")
                .sinkTo(new DiscardingSink<>())
                .uid("nowhere");
    }

    /**
     * Runs a job of which each record takes the model's time to its end as {@link #runRescaled}
     * does: each savepoint has some in flight.
     */
    static void runRescaledInFlight(
            Function<StreamExecutionEnvironment, DataStream<LlavaResult<Photo>>> answers,
            Path savepoints)
            throws Exception {
        assertThat(runRescaled(answers, savepoints))
                .as("results of records in flight in each savepoint")
                .doesNotContain(0L);
    }

    /**
     * Runs a job to its end, failed now and then, and on its way stops it with a savepoint and goes
     * on with another parallelism, twice.
     *
     * @param answers the job's step
     * @return how many results there are of the records in flight in each savepoint
     */
    static List<Long> runRescaled(
            Function<StreamExecutionEnvironment, DataStream<LlavaResult<Photo>>> answers,
            Path savepoints)
            throws Exception {
        Optional<String> savepoint = Optional.empty();
        List<Long> inFlight = new ArrayList<>();
        for (int run = 0; run < PARALLELISMS.length; run++) {
            // Flink may restart a job that does not stop as it was told to.
            StreamExecutionEnvironment env =
                    environment(true, PARALLELISMS[run], Faults.left() + 1, savepoint);
            FIRST_EMITTED.set(RECORDS);
            Committed.run(run);
            collect(answers.apply(env));
            JobClient job = env.executeAsync();
            if (run == PARALLELISMS.length - 1) {
                job.getJobExecutionResult().get();
                Committed.assertWatermarksKeptTheirPromise(RECORDS);
            } else {
                int results = (run + 1) * RECORDS / (PARALLELISMS.length + 1);
                await(job, () -> Committed.results().size() >= results);
                ScrambledModel.take(ScrambledModel.Pace.SLOW);
                await(job, () -> Committed.results().size() >= results + CAPACITY);
                Faults.cease();
                await(job, () -> !Faults.isFailing());
                // A savepoint that finds a task not ready yet takes the job with it.
                int completed = Faults.visits("notify");
                await(job, () -> Faults.visits("notify") > completed);
                savepoint = Optional.of(stop(job, savepoints));
                ScrambledModel.take(ScrambledModel.Pace.USUAL);
            }
            if (run > 0) {
                inFlight.add(Committed.ofRecordsBefore(FIRST_EMITTED.get(), run));
            }
        }
        return inFlight;
    }

    private static void await(JobClient job, BooleanSupplier condition) {
        CompletableFuture<?> end = job.getJobExecutionResult();
        while (!condition.getAsBoolean()) {
            assertThat(end).as("the job's end").isNotDone();
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
    }

    /** A savepoint while the job restarts is refused; a restart takes as long as it takes. */
    private static String stop(JobClient job, Path savepoints) throws Exception {
        long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(1);
        while (true) {
            try {
                return job.stopWithSavepoint(
                                false, savepoints.toString(), SavepointFormatType.CANONICAL)
                        .get();
            } catch (ExecutionException e) {
                assertThat(System.nanoTime()).as("still no savepoint: " + e).isLessThan(end);
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
    }

    static void assertEveryIdOnce(List<LlavaResult<Photo>> results) {
        assertThat(results)
                .extracting(result -> result.input().id())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, RECORDS).boxed().toList());
    }

    static void assertEveryAnswerIsThatOfItsRecord(List<LlavaResult<Photo>> results) {
        assertEveryIdOnce(results);
        assertThat(results).allSatisfy(result -> assertAnswers(result, result.input().request()));
    }

    /** The result is what the model that it names says to this request. */
    static void assertAnswers(LlavaResult<Photo> result, LlavaRequest request) {
        assertThat(result.modelVersion()).isEqualTo(ScrambledModel.fingerprint(result.model()));
        assertThat(result.generated())
                .isEqualTo(ScrambledModel.said(result.model(), answer(request)));
    }
}
