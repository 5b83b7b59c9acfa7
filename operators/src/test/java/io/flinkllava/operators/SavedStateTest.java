package io.flinkllava.operators;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.util.OperatorSnapshotUtil;

import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * State as a version wrote it, kept under {@code src/test/resources/state/<version>}. Later
 * versions prove here that they go on from it.
 *
 * <p>With {@code -Dllava.save-state=<version>} what is missing for that version is written.
 */
class SavedStateTest {

    private static final String VERSION = "0.1";
    private static final ConversationMemory<Photo> DIALOGUES =
            new ConversationMemory<>(
                    photo ->
                            photo.id() == 1
                                    ? List.of(PictureSource.bytes(photo.bytes()))
                                    : List.of(),
                    Photo::question,
                    photo -> false,
                    "",
                    GenerationParameters.DEFAULT,
                    ConversationLimits.DEFAULT,
                    Duration.ofDays(36_500));
    private static final RequestKey<Photo> KEY =
            new RequestKey<>(photo -> RequestDraft.of(photo.request()), null);

    /** Of photo 7, as 0.1 made keys. A version that makes others asks once more, and no worse. */
    private static final String KEY_OF_7 =
            "38ab69763e3b23b34312e2466bf25ee1f3e1d5c7b687734c6ee04470d739b821";

    private static final AnswerMemory<Photo> ANSWERS =
            new AnswerMemory<>(KEY, Duration.ofDays(36_500));

    @Test
    void recordsInFlight() throws Exception {
        OperatorSubtaskState state =
                saved(
                        "ask",
                        () -> {
                            try (AskHarness harness = AskHarness.open(AskHarness.ORDERED)) {
                                harness.send(1);
                                harness.send(2);
                                harness.answer(1);
                                return harness.flink.snapshot(1, 1);
                            }
                        });
        try (AskHarness harness = AskHarness.restore(AskHarness.ORDERED, state, 1, 1, 0)) {
            harness.flink.open();
            assertThat(harness.model.asked()).isEqualTo(1);
            harness.answer(0);
            assertThat(harness.output()).containsExactly("1", "2");
            assertThat(harness.results())
                    .extracting(LlavaResult::text)
                    .containsExactly(
                            Photo.number(1).expectedText(), Photo.number(2).expectedText());
        }
    }

    @Test
    void dialogues() throws Exception {
        OperatorSubtaskState state =
                saved(
                        "conversation",
                        () -> {
                            try (KeyedHarness harness = KeyedHarness.open(DIALOGUES)) {
                                harness.send("a", new Photo(1, "What?"));
                                harness.send("a", new Photo(2, "Where?"));
                                harness.model.complete(0, said("A cat."));
                                harness.runMails();
                                return harness.flink.snapshot(1, 1);
                            }
                        });
        try (KeyedHarness harness = KeyedHarness.restore(DIALOGUES, state, 1, 1, 0)) {
            assertThat(harness.model.request(0).images()).containsExactly(new byte[] {'1'});
            assertThat(harness.model.request(0).messages())
                    .containsExactly(
                            Message.user("What?"),
                            new Message(Message.Role.ASSISTANT, "A cat."),
                            Message.user("Where?"));
        }
    }

    @Test
    void knownAnswers() throws Exception {
        OperatorSubtaskState state =
                saved(
                        "deduplication",
                        () -> {
                            try (KeyedHarness harness = KeyedHarness.open(ANSWERS)) {
                                harness.send(KEY_OF_7, Photo.number(7));
                                harness.answer(0);
                                return harness.flink.snapshot(1, 1);
                            }
                        });
        try (KeyedHarness harness = KeyedHarness.restore(ANSWERS, state, 1, 1, 0)) {
            harness.send(KEY_OF_7, Photo.number(7));
            harness.runMails();
            assertThat(harness.model.asked()).isZero();
            assertThat(harness.results().get(0).text()).isEqualTo(Photo.number(7).expectedText());
        }
    }

    @Test
    void recordsOfALaterModel() throws Exception {
        ModelVersion later = new ModelVersion("/models/later", "0123456789abcdef", 1_764_000_000L);
        OperatorSubtaskState state =
                saved(
                        "model-change",
                        () -> {
                            try (KeyedHarness harness = KeyedHarness.open(ANSWERS)) {
                                harness.send("k", Photo.number(7), later);
                                return harness.flink.snapshot(1, 1);
                            }
                        });
        try (KeyedHarness harness = KeyedHarness.restore(ANSWERS, state, 1, 1, 0)) {
            assertThat(harness.opened).contains(later);
            assertThat(harness.model.asked()).isEqualTo(1);
            harness.answer(0);
            assertThat(harness.results().get(0).text()).isEqualTo(Photo.number(7).expectedText());
        }
    }

    @Test
    void recordsThatFailed() throws Exception {
        QueueSettings twice =
                new QueueSettings(
                        true,
                        AskHarness.CAPACITY,
                        QueueSettings.NO_TIMEOUT,
                        RetryPolicy.DEFAULT.withMaxAttempts(2),
                        ErrorPolicy.SIDE_OUTPUT);
        OperatorSubtaskState state =
                saved(
                        "ask-failed",
                        () -> {
                            try (AskHarness harness = AskHarness.open(twice)) {
                                harness.flink.setProcessingTime(0);
                                harness.send(1);
                                harness.send(2);
                                harness.model.complete(0, failure(LlavaErrorCode.UNAVAILABLE));
                                harness.model.complete(1, failure(LlavaErrorCode.INPUT));
                                harness.runMails();
                                return harness.flink.snapshot(1, 1);
                            }
                        });
        try (AskHarness harness = AskHarness.restore(twice, state, 1, 1, 0)) {
            harness.flink.open();
            assertThat(harness.model.asked()).isEqualTo(1);
            harness.model.complete(0, failure(LlavaErrorCode.UNAVAILABLE));
            harness.runMails();
            assertThat(harness.deadLetters())
                    .extracting(
                            letter -> letter.input().id(), DeadLetter::code, DeadLetter::attempts)
                    .containsExactly(
                            tuple(1, LlavaErrorCode.UNAVAILABLE, 2),
                            tuple(2, LlavaErrorCode.INPUT, 1));
            assertThat(harness.deadLetters()).extracting(DeadLetter::message).containsOnly("Oh.");
        }
    }

    @Test
    void recordsThatWaitForTheirModel() throws Exception {
        OperatorSubtaskState state =
                saved(
                        "model-stamp",
                        () -> {
                            try (ModelStampTest.Stamp stamp =
                                    new ModelStampTest.Stamp(ModelChangeMode.EVENT_TIME, null)) {
                                waiting(stamp);
                                return stamp.flink.snapshot(1, 1);
                            }
                        });
        try (ModelStampTest.Stamp stamp =
                new ModelStampTest.Stamp(ModelChangeMode.EVENT_TIME, state)) {
            assertGoesOn(stamp);
        }
    }

    @Test
    void turnsThatWaitForTheirModel() throws Exception {
        OperatorSubtaskState state =
                saved(
                        "model-stamp-of-dialogues",
                        () -> {
                            try (ModelStampTest.Stamp stamp =
                                    ModelStampTest.Stamp.keyed(null, 1, 0)) {
                                waiting(stamp);
                                return stamp.flink.snapshot(1, 1);
                            }
                        });
        try (ModelStampTest.Stamp stamp = ModelStampTest.Stamp.keyed(state, 1, 0)) {
            assertGoesOn(stamp);
        }
    }

    private static void waiting(ModelStampTest.Stamp stamp) throws Exception {
        stamp.announce("/b", 10);
        stamp.announce("/c", 30);
        stamp.flink.processWatermark2(new Watermark(20));
        stamp.send(25);
        stamp.send(35);
    }

    private static void assertGoesOn(ModelStampTest.Stamp stamp) throws Exception {
        assertThat(stamp.output()).isEmpty();
        stamp.flink.processWatermark2(new Watermark(40));
        assertThat(stamp.output()).containsExactly("25/b", "35/c");
    }

    @Test
    void unkeyedRecordsOfALaterModel() throws Exception {
        ModelVersion later = new ModelVersion("/models/later", "0123456789abcdef", 1_764_000_000L);
        OperatorSubtaskState state =
                saved(
                        "ask-model-change",
                        () -> {
                            try (StepHarness<Question<Photo>> step = ask(null)) {
                                step.send(new Question<>(Photo.number(7), "", later), 7);
                                return step.flink.snapshot(1, 1);
                            }
                        });
        try (StepHarness<Question<Photo>> step = ask(state)) {
            assertThat(step.opened).containsExactly(later);
            step.answer(0);
            assertThat(step.results().get(0).text()).isEqualTo(Photo.number(7).expectedText());
        }
    }

    /** A step whose model changes. */
    private static StepHarness<Question<Photo>> ask(OperatorSubtaskState state) throws Exception {
        DataStream<Photo> photos =
                StreamExecutionEnvironment.getExecutionEnvironment().fromData(Photo.number(7));
        return StepHarness.open(Llava.ask(photos).request(Photo::request), true, state);
    }

    private static LlavaAnswer failure(LlavaErrorCode code) {
        return new LlavaAnswer.Failure(code, "Oh.");
    }

    private static OperatorSubtaskState saved(String name, Callable<OperatorSubtaskState> now)
            throws Exception {
        Path file = Path.of("src/test/resources/state", VERSION, name + ".bin");
        if (VERSION.equals(System.getProperty("llava.save-state")) && !Files.exists(file)) {
            Files.createDirectories(file.getParent());
            OperatorSnapshotUtil.writeStateHandle(now.call(), file.toString());
        }
        return OperatorSnapshotUtil.readStateHandle(file.toString());
    }

    private static LlavaAnswer said(String text) {
        return new LlavaAnswer.Text(
                text, List.of(5, 2), 7, LlavaAnswer.FinishReason.STOP, LlavaAnswer.Timing.NONE);
    }
}
