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

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import static org.assertj.core.api.Assertions.assertThat;

/** Every record of a job that fails again and again has exactly one result. */
class ExactlyOnceITCase {

    private static final int NEVER_ENDS = 500;

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(4);

    @TempDir private Path savepoints;

    @BeforeEach
    void clear() {
        Faults.clear();
        Committed.clear();
        ScrambledModel.clear();
    }

    @AfterEach
    void allFaultsHappened() {
        Faults.assertAllHappened();
    }

    @Test
    void orderedWithAlignedCheckpoints() throws Exception {
        FaultyJob.planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(false, 1);
        FaultyJob.run(answers(env, FaultyJob.settings(true), FaultyJob.models()));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
        assertThat(Committed.results()).extracting(result -> result.input().id()).isSorted();
    }

    @Test
    void unorderedWithUnalignedCheckpoints() throws Exception {
        FaultyJob.planAllPhases();
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        env.getConfig().enableObjectReuse();
        FaultyJob.run(answers(env, FaultyJob.settings(false), FaultyJob.models()));
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
    }

    @Test
    void rescaled() throws Exception {
        FaultyJob.planAllPhases();
        FaultyJob.runRescaled(
                env -> answers(env, FaultyJob.settings(true), FaultyJob.models()), savepoints);
        FaultyJob.assertEveryAnswerIsThatOfItsRecord(Committed.results());
    }

    /** Every tenth request fails at first and is answered then, every five hundredth never ends. */
    @Test
    void retriesTimeoutsAndDeadLetters() throws Exception {
        Faults.plan("open", 2);
        Faults.plan("queue", 100, 700, 1300);
        Faults.plan("emit", 1, 150, 400, 900, 1700);
        Faults.plan("snapshot", 2, 9);
        Faults.plan("notify", 3);
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        QueueSettings settings =
                new QueueSettings(
                        false,
                        64,
                        QueueSettings.NO_TIMEOUT,
                        RetryPolicy.DEFAULT
                                .withMaxAttempts(50)
                                .withPauses(Duration.ofMillis(5), Duration.ofMillis(5)),
                        ErrorPolicy.SIDE_OUTPUT);
        SingleOutputStreamOperator<LlavaResult<Photo>> answers =
                answers(
                        env,
                        settings,
                        (context, version) -> {
                            FaultyJob.visitOpen(context);
                            Flaky model = new Flaky();
                            return new OpenModel(model, model::close);
                        });
        FaultyJob.run(
                answers.union(
                        answers.getSideOutput(DeadLetter.tag(FaultyJob.PHOTO))
                                .map(ExactlyOnceITCase::failed)
                                .returns(LlavaResult.type(FaultyJob.PHOTO))));
        FaultyJob.assertEveryIdOnce(Committed.results());
        assertThat(Committed.results())
                .allSatisfy(
                        result -> {
                            if (neverEnds(result.input())) {
                                assertThat(result.failure().code())
                                        .isEqualTo(LlavaErrorCode.CAPACITY);
                            } else {
                                FaultyJob.assertAnswers(result, result.input().request());
                            }
                        });
    }

    private static LlavaResult<Photo> failed(DeadLetter<Photo> letter) {
        return new LlavaResult<>(
                letter.input(), new LlavaAnswer.Failure(letter.code(), letter.message()), "", "");
    }

    private static boolean neverEnds(Photo photo) {
        return photo.id() % NEVER_ENDS == 0;
    }

    /** Only what never ends is in a hurry: a pause of the machine must not make others fail. */
    private static LlavaRequest request(Photo photo) {
        return neverEnds(photo)
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
                answers(env, FaultyJob.settings(false), FaultyJob.models())
                        .executeAndCollect(2 * FaultyJob.RECORDS));
    }

    private static SingleOutputStreamOperator<LlavaResult<Photo>> answers(
            StreamExecutionEnvironment env, QueueSettings settings, ModelSource models) {
        DataStream<Photo> photos = FaultyJob.photos(env);
        // Ordered: chained to the source, whose checkpoints come as mails. Unordered: over the
        // network.
        return (settings.ordered() ? photos : photos.rebalance())
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

    /** Forgets what it failed when it is opened again. */
    private static final class Flaky extends ForwardingModel {

        private final Set<String> failed = ConcurrentHashMap.newKeySet();

        Flaky() {
            super(new ScrambledModel());
        }

        @Override
        public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
            String id = new String(request.images().get(0), StandardCharsets.UTF_8);
            if (Integer.parseInt(id) % NEVER_ENDS == 0) {
                return new CompletableFuture<>();
            }
            if (id.endsWith("0") && failed.add(id)) {
                return CompletableFuture.completedFuture(
                        new LlavaAnswer.Failure(LlavaErrorCode.UNAVAILABLE, "Not now."));
            }
            return super.submit(request);
        }
    }
}
