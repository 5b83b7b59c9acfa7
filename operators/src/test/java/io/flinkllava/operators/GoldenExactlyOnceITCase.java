package io.flinkllava.operators;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.TokenListener;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** A job that asks a real model and fails again and again says what an undisturbed model says. */
class GoldenExactlyOnceITCase {

    private static final int RECORDS = 300;
    private static final Path CHECKPOINT = Golden.checkpoint("llava15");
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);
    private static final List<byte[]> PICTURES = List.of(picture("img0.png"), picture("img1.png"));

    @RegisterExtension static final MiniClusterExtension CLUSTER = LocalCluster.withSlots(2);

    @BeforeEach
    void clear() {
        FaultyJob.clear();
    }

    @Test
    void answersAreThoseOfAnUndisturbedModel() throws Exception {
        Faults.plan("open", 2);
        Faults.plan("queue", 40, 150);
        Faults.plan("decode", 100, 400, 900);
        Faults.plan("emit", 1, 60, 120, 200, 250);
        Faults.plan("snapshot", 2, 7);
        Faults.plan("notify", 3);
        StreamExecutionEnvironment env = FaultyJob.environment(true, 2);
        FaultyJob.collect(
                FaultyJob.photos(env, RECORDS)
                        .rebalance()
                        .transform(
                                "ask",
                                LlavaResult.type(FaultyJob.PHOTO),
                                new LlavaOperatorFactory<>(
                                        OperatorPlan.plain(
                                                FaultyJob.PHOTO,
                                                photo -> RequestDraft.of(request(photo)),
                                                models(),
                                                PictureAccess.NONE,
                                                FaultyJob.settings(false))))
                        .uid("ask"));
        env.execute();
        Faults.assertAllHappened();
        Committed.assertWatermarksKeptTheirPromise(RECORDS);
        List<LlavaResult<Photo>> results = Committed.results();
        assertThat(results)
                .extracting(result -> result.input().id())
                .containsExactlyInAnyOrderElementsOf(IntStream.range(0, RECORDS).boxed().toList());
        List<LlavaAnswer.Text> undisturbed = undisturbed();
        for (LlavaResult<Photo> result : results) {
            LlavaAnswer.Text expected = undisturbed.get(result.input().id());
            LlavaAnswer.Text said = result.generated();
            assertThat(said.tokenIds()).isEqualTo(expected.tokenIds());
            assertThat(said.finishReason()).isEqualTo(expected.finishReason());
            assertThat(said.text()).isEqualTo(expected.text());
            assertThat(said.promptTokens()).isEqualTo(expected.promptTokens());
        }
    }

    /** A question and a length of its own for each. */
    private static LlavaRequest request(Photo photo) {
        return LlavaRequest.ask(PICTURES.get(photo.id() % PICTURES.size()), photo.question())
                .withGeneration(GenerationParameters.DEFAULT.withMaxNewTokens(4 + photo.id() % 13));
    }

    private static List<LlavaAnswer.Text> undisturbed() {
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, OPTIONS)) {
            List<LlavaAnswer.Text> answers = new ArrayList<>();
            for (int id = 0; id < RECORDS; id++) {
                LlavaRequest request = request(Photo.number(id));
                answers.add((LlavaAnswer.Text) model.submit(request).join());
            }
            return answers;
        }
    }

    private static ModelSource models() {
        PoolModelSource pool =
                new PoolModelSource(
                        new TaskModel(CHECKPOINT.toString(), OPTIONS, ModelScope.DEVICE));
        return (context, version) -> {
            FaultyJob.visitOpen(context);
            OpenModel leased = pool.open(context, version);
            FaultyModel model = new FaultyModel(leased.model());
            return new OpenModel(
                    model,
                    () -> {
                        model.release();
                        leased.close();
                    });
        };
    }

    /** Fails by schedule when it is asked, and with pieces of an answer already told. */
    private static final class FaultyModel extends ForwardingModel {

        private boolean released;

        FaultyModel(LlavaModel model) {
            super(model);
        }

        /** No fault from now on: nobody would hear of it. */
        synchronized void release() {
            released = true;
        }

        @Override
        public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
            Faults.at("queue");
            TokenListener listener = (text, tokens) -> decode();
            return submit(request, listener);
        }

        private synchronized void decode() {
            if (!released) {
                Faults.at("decode");
            }
        }
    }

    private static byte[] picture(String name) {
        try {
            return Files.readAllBytes(Golden.image(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
