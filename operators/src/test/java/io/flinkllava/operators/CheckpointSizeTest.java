package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.streaming.util.OneInputStreamOperatorTestHarness;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Records in flight that name their pictures put the names into a checkpoint, not the pictures. */
class CheckpointSizeTest {

    private static final int IN_FLIGHT = 100;
    private static final int PICTURE_BYTES = 200_000;
    private static final long LEAST = 100L * IN_FLIGHT;
    private static final long MOST = 100_000;
    private static final Duration LONG = Duration.ofDays(1);
    private static final QueueSettings SETTINGS = AskHarness.settings(true, IN_FLIGHT);
    private static final LlavaAnswer CAT =
            new LlavaAnswer.Text(
                    "A cat.",
                    List.of(5, 2),
                    7,
                    LlavaAnswer.FinishReason.STOP,
                    LlavaAnswer.Timing.NONE);

    @TempDir private Path folder;
    private String picture;
    private PictureAccess access;

    @BeforeEach
    void write() throws IOException {
        picture = Files.write(folder.resolve("picture.png"), new byte[PICTURE_BYTES]).toString();
        access = PictureAccess.NONE.withPrefixes(List.of(folder.toString()));
    }

    @Test
    void recordsInFlight() throws Exception {
        FakeModel model = new FakeModel();
        OneInputStreamOperatorTestHarness<Photo, LlavaResult<Photo>> harness =
                new OneInputStreamOperatorTestHarness<>(
                        new LlavaOperatorFactory<>(
                                OperatorPlan.plain(
                                        Types.POJO(Photo.class),
                                        CheckpointSizeTest::draft,
                                        (context, version) -> new OpenModel(model, model::close),
                                        access,
                                        SETTINGS)));
        harness.open();
        for (int id = 0; id < IN_FLIGHT; id++) {
            harness.processElement(new Photo(id, picture), id);
        }
        awaitPictures(model, IN_FLIGHT);
        assertThat(harness.snapshot(1, 1).getStateSize()).isBetween(LEAST, MOST);
        harness.close();
    }

    /** Each request has a key of its own; first all are in flight, then all are known. */
    @Test
    void deduplicatedRecords() throws Exception {
        RequestKey<Photo> key = new RequestKey<>(CheckpointSizeTest::draft, null);
        try (KeyedHarness harness =
                KeyedHarness.open(new AnswerMemory<>(key, LONG), SETTINGS, access)) {
            for (int id = 0; id < IN_FLIGHT; id++) {
                Photo photo = new Photo(id, picture);
                harness.send(key.apply(photo), photo);
            }
            awaitPictures(harness.model, IN_FLIGHT);
            assertThat(harness.flink.snapshot(1, 1).getStateSize()).isBetween(LEAST, MOST);
            answer(harness, 0);
            assertThat(harness.results()).hasSize(IN_FLIGHT);
            assertThat(harness.flink.snapshot(2, 2).getStateSize()).isBetween(LEAST, MOST);
        }
    }

    /** Of each dialogue a turn has been answered and the next one is in flight. */
    @Test
    void dialogues() throws Exception {
        ConversationMemory<Photo> dialogues =
                new ConversationMemory<>(
                        photo -> List.of(PictureSource.reference(photo.question())),
                        photo -> "What is it?",
                        photo -> false,
                        "",
                        GenerationParameters.DEFAULT,
                        ConversationLimits.DEFAULT,
                        LONG);
        try (KeyedHarness harness = KeyedHarness.open(dialogues, SETTINGS, access)) {
            for (int turn = 0; turn < 2; turn++) {
                for (int id = 0; id < IN_FLIGHT; id++) {
                    harness.send("dialogue " + id, new Photo(id, picture));
                }
                awaitPictures(harness.model, (turn + 1) * IN_FLIGHT);
                assertThat(harness.flink.snapshot(turn, turn).getStateSize())
                        .isBetween(LEAST, MOST);
                answer(harness, turn * IN_FLIGHT);
            }
            assertThat(harness.results()).hasSize(2 * IN_FLIGHT);
        }
    }

    private static RequestDraft draft(Photo photo) {
        return new RequestDraft(
                List.of(PictureSource.reference(photo.question())),
                List.of(),
                List.of(Message.user("What is it, number " + photo.id() + "?")),
                GenerationParameters.DEFAULT,
                LlavaRequest.NO_LIMIT);
    }

    private static void answer(KeyedHarness harness, int first) throws Exception {
        for (int i = first; i < first + IN_FLIGHT; i++) {
            harness.model.complete(i, CAT);
            harness.runMails();
        }
    }

    /** Waits until the model has been asked so often, and has been shown what was named. */
    private static void awaitPictures(FakeModel model, int requests) throws InterruptedException {
        model.awaitAsked(requests);
        for (int i = 0; i < requests; i++) {
            assertThat(model.request(i).images()).isNotEmpty();
            assertThat(model.request(i).images().get(0)).hasSize(PICTURE_BYTES);
        }
    }
}
