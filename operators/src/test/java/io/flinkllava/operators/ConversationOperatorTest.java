package io.flinkllava.operators;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.operators.state.Conversation;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.Message;
import io.flinkllava.runtime.Message.Role;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.engine.GenerationEngine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;

/** Dialogues in the operator. Photo 0 of a dialogue brings a picture, "bye" ends it. */
class ConversationOperatorTest {

    private static final ConversationMemory<Photo> MEMORY =
            new ConversationMemory<>(
                    photo -> List.of(PictureSource.bytes(photo.bytes())),
                    Photo::question,
                    photo -> photo.question().equals("bye"),
                    "",
                    GenerationParameters.DEFAULT,
                    ConversationLimits.DEFAULT,
                    Duration.ofMinutes(10));

    private static final LlavaAnswer TOO_LONG =
            LlavaAnswer.Failure.of(GenerationEngine.tooLong(600, 512));

    @Test
    void turnsOfADialogueAreAskedOneAfterTheOtherWithWhatWasSaid() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("a", new Photo(1, "What?"));
            harness.send("a", new Photo(2, "Where?"));
            harness.send("b", new Photo(3, "Who?"));
            assertThat(harness.model.asked()).isEqualTo(2);
            assertThat(harness.model.request(1).messages()).containsExactly(Message.user("Who?"));

            harness.model.complete(0, said("A cat."));
            harness.runMails();
            assertThat(harness.model.request(2).messages())
                    .containsExactly(
                            Message.user("<image>\nWhat?"),
                            new Message(Role.ASSISTANT, "A cat."),
                            Message.user("<image>\nWhere?"));
            assertThat(harness.model.request(2).images()).hasSize(2);
            assertThat(harness.output()).containsExactly("1");
        }
    }

    @Test
    void failedTurnIsNotRemembered() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("a", new Photo(1, "What?"));
            harness.send("a", new Photo(2, "Where?"));
            harness.model.complete(0, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "Broken."));
            harness.runMails();
            assertThat(harness.model.request(1).messages()).containsExactly(Message.user("Where?"));
        }
    }

    /** What is remembered may be too long. */
    @Test
    void turnThatIsRefusedTakesTheOldestWithIt() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            for (int turn = 0; turn < 4; turn++) {
                harness.send("a", new Photo(turn, "Turn " + turn + "?"));
            }
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            harness.model.complete(1, said("A dog."));
            harness.runMails();
            harness.model.complete(2, TOO_LONG);
            harness.runMails();
            assertThat(harness.model.request(3).messages())
                    .containsExactly(
                            Message.user("<image>\n<image>\nTurn 1?"),
                            new Message(Role.ASSISTANT, "A dog."),
                            Message.user("<image>\nTurn 3?"));

            harness.send("a", new Photo(4, "Turn 4?"));
            harness.model.complete(3, TOO_LONG);
            harness.runMails();
            assertThat(harness.model.request(4).messages())
                    .containsExactly(Message.user("Turn 4?"));
        }
    }

    @Test
    void turnsOfAPictureThatIsGoneAreForgottenAtOnce(@TempDir Path folder) throws Exception {
        String picture = Files.write(folder.resolve("1.png"), new byte[] {1}).toString();
        try (KeyedHarness harness = referring(folder)) {
            answerOneAbout(picture, harness);
            for (int turn = 1; turn < 4; turn++) {
                harness.send("a", new Photo(turn + 1, "Turn " + turn + "?"));
                harness.model.awaitAsked(turn + 1);
                harness.model.complete(turn, said("Yes."));
                harness.awaitMail();
            }
            Files.delete(Path.of(picture));
            harness.send("a", new Photo(5, "Still there?"));
            harness.awaitMail();
            assertThat(harness.results().get(4).isText()).isFalse();

            harness.send("a", new Photo(6, "Who?"));
            assertThat(harness.model.request(4).images()).isEmpty();
            assertThat(harness.model.request(4).messages())
                    .extracting(Message::content)
                    .containsExactly(
                            "Turn 1?", "Yes.", "Turn 2?", "Yes.", "Turn 3?", "Yes.", "Who?");
        }
    }

    @Test
    void pictureOfTheRecordItselfThatIsNotThereTakesNothingWithIt(@TempDir Path folder)
            throws Exception {
        String picture = Files.write(folder.resolve("1.png"), new byte[] {1}).toString();
        try (KeyedHarness harness = referring(folder)) {
            answerOneAbout(picture, harness);
            harness.send("a", new Photo(2, folder + "/none.png"));
            harness.awaitMail();
            harness.send("a", new Photo(3, "Who?"));
            harness.model.awaitAsked(2);
            assertThat(harness.model.request(1).images()).hasSize(1);
            assertThat(harness.model.request(1).messages()).hasSize(3);
        }
    }

    private static void answerOneAbout(String picture, KeyedHarness harness) throws Exception {
        harness.send("a", new Photo(1, picture));
        harness.model.awaitAsked(1);
        harness.model.complete(0, said("A cat."));
        harness.awaitMail();
    }

    /** Questions that are paths bring that picture. */
    private static KeyedHarness referring(Path folder) throws Exception {
        return KeyedHarness.open(
                new ConversationMemory<>(
                        photo ->
                                photo.question().startsWith("/")
                                        ? List.of(PictureSource.reference(photo.question()))
                                        : List.of(),
                        Photo::question,
                        photo -> false,
                        "",
                        GenerationParameters.DEFAULT,
                        ConversationLimits.DEFAULT,
                        Duration.ofMinutes(10)),
                PictureAccess.NONE.withPrefixes(List.of(folder.toString())));
    }

    @ParameterizedTest
    @EnumSource
    void turnThatFailsForOtherReasonsTakesNothingWithIt(LlavaErrorCode code) throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("a", new Photo(1, "What?"));
            harness.send("a", new Photo(2, "Where?"));
            harness.send("a", new Photo(3, "Who?"));
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            harness.model.complete(1, new LlavaAnswer.Failure(code, "Oh."));
            harness.runMails();
            assertThat(harness.model.request(2).messages()).hasSize(3);
        }
    }

    /** A function that reads a service, say: it answers once and not again. */
    @Test
    void functionsAreNotAskedAgainWhenTheAnswerIsThere() throws Exception {
        Set<Integer> asked = new HashSet<>();
        ConversationMemory<Photo> once =
                new ConversationMemory<>(
                        photo -> {
                            if (!asked.add(photo.id())) {
                                throw new IllegalStateException("asked again");
                            }
                            return List.of();
                        },
                        Photo::question,
                        photo -> false,
                        "",
                        GenerationParameters.DEFAULT,
                        ConversationLimits.DEFAULT,
                        Duration.ofMinutes(10));
        try (KeyedHarness harness = KeyedHarness.open(once)) {
            harness.send("a", new Photo(1, "What?"));
            harness.send("a", new Photo(2, "Where?"));
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            assertThat(harness.model.request(1).messages()).hasSize(3);
        }
    }

    @Test
    void rememberedPicturesAreCopies() {
        byte[] picture = {1, 2, 3};
        ConversationMemory<byte[]> memory =
                new ConversationMemory<>(
                        bytes -> List.of(PictureSource.bytes(bytes)),
                        bytes -> "What?",
                        bytes -> false,
                        "",
                        GenerationParameters.DEFAULT,
                        ConversationLimits.DEFAULT,
                        Duration.ofMinutes(10));
        KeyTurn<Conversation> turn =
                memory.turn(
                        new Question<>(picture, "a", ModelVersion.FIRST),
                        Optional.empty(),
                        new ModelInfo("llava", "00ff", "llava", Device.CPU, 8, 512));
        Conversation remembered =
                turn.after().apply(Optional.of(new Outcome(said("A cat."), "llava", "00ff"))).get();
        picture[0] = 9;
        assertThat(remembered.getTurns().get(0).getPictures().get(0).getEncoded())
                .isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
    }

    @Test
    void resetEndsADialogueAndHasNoResult() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("a", new Photo(1, "What?"));
            harness.send("a", new Photo(2, "bye"));
            harness.send("a", new Photo(3, "Who?"));
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            assertThat(harness.model.request(1).messages()).containsExactly(Message.user("Who?"));
            harness.model.complete(1, said("Nobody."));
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "3");
        }
    }

    @Test
    void forgottenDialogueBeginsAnew() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.flink.setStateTtlProcessingTime(0);
            harness.send("a", new Photo(1, "What?"));
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            harness.flink.setStateTtlProcessingTime(Duration.ofMinutes(10).toMillis() + 1);
            harness.send("a", new Photo(2, "Where?"));
            assertThat(harness.model.request(1).messages()).containsExactly(Message.user("Where?"));
        }
    }

    @Test
    void dialoguesGoOnAfterRescaling() throws Exception {
        OperatorSubtaskState state;
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            for (String key : List.of("a", "b", "c")) {
                harness.send(key, new Photo(key.charAt(0), "What?"));
            }
            harness.send("a", new Photo(200, "Where?"));
            harness.model.complete(0, said("A cat."));
            harness.runMails();
            harness.flink.getOutput().clear();
            state = harness.flink.snapshot(1, 1);
        }
        List<String> seen = new ArrayList<>();
        for (int subtask = 0; subtask < 3; subtask++) {
            try (KeyedHarness harness = KeyedHarness.restore(MEMORY, state, 1, 3, subtask)) {
                for (int index = 0; index < harness.model.asked(); index++) {
                    List<Message> messages = harness.model.request(index).messages();
                    seen.add(messages.size() + " " + messages.get(messages.size() - 1).content());
                    harness.model.complete(index, said("Something."));
                    harness.runMails();
                }
                harness.output().forEach(seen::add);
            }
        }
        assertThat(seen)
                .containsExactlyInAnyOrder(
                        "1 What?", "1 What?", "3 <image>\nWhere?", "98", "99", "200");
    }

    @Test
    void answeredTurnThatWaitsForItsEmissionIsNotAskedAgain() throws Exception {
        OperatorSubtaskState state;
        try (KeyedHarness harness = ordered(null)) {
            harness.send("b", new Photo(1, "Who?"));
            harness.send("a", new Photo(2, "What?"));
            harness.model.complete(1, said("A cat."));
            harness.runMails();
            state = harness.flink.snapshot(1, 1);
        }
        try (KeyedHarness harness = ordered(state)) {
            assertThat(harness.model.asked()).isEqualTo(1);
            harness.send("a", new Photo(3, "Where?"));
            assertThat(harness.model.request(1).messages()).hasSize(3);
            harness.model.complete(0, said("Nobody."));
            harness.model.complete(1, said("Here."));
            harness.runMails();
            assertThat(harness.output()).containsExactly("1", "2", "3");
            assertThat(harness.results().get(1).text()).isEqualTo("A cat.");
        }
    }

    private static KeyedHarness ordered(OperatorSubtaskState state) throws Exception {
        KeyedHarness harness = new KeyedHarness(MEMORY, AskHarness.ORDERED, 1, 0);
        if (state != null) {
            harness.flink.initializeState(state);
        }
        harness.flink.open();
        return harness;
    }

    private static LlavaAnswer said(String text) {
        return new LlavaAnswer.Text(
                text, List.of(5, 2), 7, LlavaAnswer.FinishReason.STOP, LlavaAnswer.Timing.NONE);
    }
}
