package io.flinkllava.operators;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import static org.assertj.core.api.Assertions.assertThat;

/** Every record of a job that fails again and again has exactly one result. */
class ExactlyOnceITCase {

    /** Of so many requests one never ends, and one never succeeds. */
    private static final int HOPELESS = 500;

    private static final int MAX_ATTEMPTS = 50;

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @TempDir private Path savepoints;

    @BeforeEach
    void clear() {
        FaultyJob.clear();
    }

    @AfterEach
    void allFaultsHappened() {
        Faults.assertAllHappened();
    }

    /** Aligned: chained to the source, whose checkpoints come as mails. Else over the network. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void ordered(boolean unaligned) throws Exception {
        planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 1);
        DataStream<Photo> photos = FaultyJob.photos(env);
        FaultyJob.run(
                answers(
                        unaligned ? photos.rebalance() : photos,
                        FaultyJob.settings(true),
                        FaultyJob.models()));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
        assertThat(Committed.results()).extracting(result -> result.input().id()).isSorted();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void unordered(boolean unaligned) throws Exception {
        planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(unaligned, 2);
        env.getConfig().enableObjectReuse();
        FaultyJob.run(
                answers(
                        FaultyJob.photos(env).rebalance(),
                        FaultyJob.settings(false),
                        FaultyJob.models()));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
    }

    @Test
    void rescaled() throws Exception {
        planAllPhases();
        FaultyJob.runRescaledInFlight(
                env ->
                        answers(
                                FaultyJob.photos(env).rebalance(),
                                FaultyJob.settings(true),
                                FaultyJob.models()),
                savepoints);
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
    }

    private static void planAllPhases() {
        FaultyJob.planAllPhases();
        Faults.plan(FailsLast.PHASE, 4, 11);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void retriesTimeoutsAndDeadLetters(boolean unaligned) throws Exception {
        planPhasesOfRetries();
        FaultyJob.run(retried(FaultyJob.environment(unaligned, 2)));
        assertAnswersAndDeadLetters(Committed.results());
    }

    @Test
    void rescaledRetriesTimeoutsAndDeadLetters() throws Exception {
        planPhasesOfRetries();
        FaultyJob.runRescaledInFlight(ExactlyOnceITCase::retried, savepoints);
        assertAnswersAndDeadLetters(Committed.results());
    }

    private static void planPhasesOfRetries() {
        Faults.plan("open", 2);
        Faults.plan("queue", 100, 700, 1300);
        Faults.plan("prefill", 300, 900);
        Faults.plan("decode", 500, 2500);
        Faults.plan("emit", 1, 150, 400, 900, 1700);
        Faults.plan("snapshot", 2, 9);
        Faults.plan("notify", 3);
    }

    /** A result for each record, also for those whose dead letters were left. */
    private static DataStream<LlavaResult<Photo>> retried(StreamExecutionEnvironment env) {
        QueueSettings settings =
                new QueueSettings(
                        false,
                        64,
                        Duration.ofMinutes(10),
                        RetryPolicy.DEFAULT
                                .withMaxAttempts(MAX_ATTEMPTS)
                                .withPauses(Duration.ofMillis(5), Duration.ofMillis(5)),
                        ErrorPolicy.SIDE_OUTPUT);
        SingleOutputStreamOperator<LlavaResult<Photo>> answers =
                answers(
                        FaultyJob.photos(env).rebalance(),
                        settings,
                        (context, version) -> {
                            FaultyJob.visitOpen(context);
                            Flaky model = new Flaky();
                            return new OpenModel(model, model::close);
                        });
        return answers.union(
                answers.getSideOutput(DeadLetter.tag(FaultyJob.PHOTO))
                        .map(ExactlyOnceITCase::failed)
                        .returns(LlavaResult.type(FaultyJob.PHOTO))
                        .uid("dead-letters"));
    }

    /** A restart that cuts an attempt short does not count, and those before it do. */
    private static void assertAnswersAndDeadLetters(List<LlavaResult<Photo>> results) {
        FaultyJob.assertEveryIdOnce(results);
        assertThat(results)
                .allSatisfy(
                        result -> {
                            int id = result.input().id();
                            if (neverEnds(id)) {
                                assertDeadLetter(result, LlavaErrorCode.CAPACITY, 1);
                            } else if (neverSucceeds(id)) {
                                assertDeadLetter(result, LlavaErrorCode.UNAVAILABLE, MAX_ATTEMPTS);
                            } else {
                                FaultyJob.assertAnswers(result, result.input().request());
                            }
                        });
    }

    private static void assertDeadLetter(
            LlavaResult<Photo> result, LlavaErrorCode code, int attempts) {
        assertThat(result.failure().code()).isEqualTo(code);
        assertThat(result.failure().message()).startsWith(asked(attempts));
        assertThat(result.model()).isEqualTo(ScrambledModel.FIRST);
    }

    private static String asked(int attempts) {
        return "Asked " + attempts + " times: ";
    }

    private static LlavaResult<Photo> failed(DeadLetter<Photo> letter) {
        return new LlavaResult<>(
                letter.input(),
                new LlavaAnswer.Failure(letter.code(), asked(letter.attempts()) + letter.message()),
                letter.model(),
                letter.modelVersion());
    }

    private static boolean neverEnds(int id) {
        return id % HOPELESS == 0;
    }

    private static boolean neverSucceeds(int id) {
        return id % HOPELESS == HOPELESS / 2;
    }

    /** Only what never ends is in a hurry: a pause of the machine must not make others fail. */
    private static LlavaRequest request(Photo photo) {
        return neverEnds(photo.id())
                ? photo.request().withTimeLimit(Duration.ofMillis(200))
                : photo.request();
    }

    @Test
    void batch() throws Exception {
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setRuntimeMode(RuntimeExecutionMode.BATCH);
        env.setParallelism(2);
        // No checkpoints, no faults: here Flink can collect.
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(
                answers(
                                FaultyJob.photosAtOnce(env).rebalance(),
                                FaultyJob.settings(false),
                                FaultyJob.models())
                        .executeAndCollect(2 * FaultyJob.RECORDS));
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> answers(
            DataStream<Photo> photos, QueueSettings settings, ModelSource models) {
        return photos.map(new FailsLast<>())
                .returns(FaultyJob.PHOTO)
                .uid("front")
                .transform(
                        "ask",
                        LlavaResult.type(FaultyJob.PHOTO),
                        new LlavaOperatorFactory<>(
                                OperatorPlan.plain(
                                        FaultyJob.PHOTO,
                                        photo -> RequestDraft.of(request(photo)),
                                        models,
                                        PictureAccess.NONE,
                                        settings)))
                .uid("ask");
    }

    /** Fails every tenth request once, and forgets which when it is opened again. */
    private static final class Flaky extends ForwardingModel {

        private final Set<String> failed = ConcurrentHashMap.newKeySet();

        Flaky() {
            super(new ScrambledModel());
        }

        @Override
        public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
            String id = new String(request.images().get(0), StandardCharsets.UTF_8);
            if (neverEnds(Integer.parseInt(id))) {
                return new CompletableFuture<>();
            }
            if (neverSucceeds(Integer.parseInt(id)) || (id.endsWith("0") && failed.add(id))) {
                return CompletableFuture.completedFuture(
                        new LlavaAnswer.Failure(LlavaErrorCode.UNAVAILABLE, "Not now."));
            }
            return super.submit(request);
        }
    }
}
