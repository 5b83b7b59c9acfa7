package io.flinkllava.operators;

import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.Message;
import org.junit.jupiter.api.Test;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Equal requests in the operator, and what makes requests equal. */
class DeduplicationTest {

    private static final RequestKey<Photo> KEY =
            new RequestKey<>(photo -> RequestDraft.of(photo.request()), null);
    private static final AnswerMemory<Photo> MEMORY =
            new AnswerMemory<>(KEY, Duration.ofMinutes(10));

    @Test
    void equalRequestsInFlightShareOneGeneration() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("k", Photo.number(7));
            harness.send("k", Photo.number(7));
            harness.send("other", Photo.number(8));
            assertThat(harness.model.asked()).isEqualTo(2);
            harness.answer(0);
            assertThat(harness.output()).containsExactly("7", "7");
            assertThat(harness.results().get(0)).isEqualTo(harness.results().get(1));
        }
    }

    @Test
    void knownAnswerIsGivenUntilItIsForgotten() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.flink.setStateTtlProcessingTime(0);
            harness.send("k", Photo.number(7));
            harness.answer(0);
            harness.send("k", Photo.number(7));
            harness.runMails();
            assertThat(harness.output()).containsExactly("7", "7");
            assertThat(harness.model.asked()).isEqualTo(1);

            harness.flink.setStateTtlProcessingTime(Duration.ofMinutes(10).toMillis() + 1);
            harness.send("k", Photo.number(7));
            assertThat(harness.model.asked()).isEqualTo(2);
        }
    }

    @Test
    void failureIsNotRemembered() throws Exception {
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("k", Photo.number(7));
            harness.send("k", Photo.number(7));
            harness.model.complete(0, new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "Broken."));
            harness.runMails();
            assertThat(harness.model.asked()).isEqualTo(2);
            harness.answer(1);
            assertThat(harness.results())
                    .extracting(LlavaResult::isText)
                    .containsExactly(false, true);
        }
    }

    @Test
    void knownAnswersAndRequestsInFlightSurviveARestore() throws Exception {
        OperatorSubtaskState state;
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send("k", Photo.number(7));
            harness.answer(0);
            harness.send("l", Photo.number(8));
            harness.send("l", Photo.number(8));
            state = harness.flink.snapshot(1, 1);
        }
        try (KeyedHarness harness = KeyedHarness.restore(MEMORY, state, 1, 1, 0)) {
            harness.send("k", Photo.number(7));
            harness.runMails();
            assertThat(harness.output()).containsExactly("7");
            assertThat(harness.model.asked()).isEqualTo(1);
            harness.answer(0);
            assertThat(harness.output()).containsExactly("7", "8", "8");
        }
    }

    @Test
    void keyTellsPicturesQuestionsAndSettingsApart() {
        Photo photo = Photo.number(7);
        assertThat(KEY.apply(photo)).isEqualTo(KEY.apply(Photo.number(7))).hasSize(64);
        assertThat(KEY.apply(new Photo(8, photo.question()))).isNotEqualTo(KEY.apply(photo));
        assertThat(KEY.apply(new Photo(7, "Why?"))).isNotEqualTo(KEY.apply(photo));
        RequestKey<Photo> longer =
                new RequestKey<>(
                        value ->
                                RequestDraft.of(
                                        value.request()
                                                .withGeneration(new GenerationParameters(9, 0))),
                        null);
        assertThat(longer.apply(photo)).isNotEqualTo(KEY.apply(photo));
    }

    @Test
    void keyTellsApartWhatLooksAlikeAsText() {
        assertThat(constrained(new AnswerConstraint.Choice(List.of("a, b"))))
                .isNotEqualTo(constrained(new AnswerConstraint.Choice(List.of("a", "b"))));
        assertThat(about(PictureSource.reference("/cat.png")))
                .isNotEqualTo(
                        about(PictureSource.bytes("/cat.png".getBytes(StandardCharsets.UTF_8))));
    }

    private static String constrained(AnswerConstraint constraint) {
        return key(List.of(), GenerationParameters.DEFAULT.withConstraint(constraint));
    }

    private static String about(PictureSource picture) {
        return key(List.of(picture), GenerationParameters.DEFAULT);
    }

    private static String key(List<PictureSource> pictures, GenerationParameters generation) {
        RequestDraft draft =
                new RequestDraft(
                        pictures,
                        List.of(),
                        List.of(Message.user("What?")),
                        generation,
                        LlavaRequest.NO_LIMIT);
        return new RequestKey<String>(value -> draft, null).apply("");
    }

    @Test
    void identityStandsForThePictures() {
        RequestKey<Photo> sameForAll =
                new RequestKey<>(photo -> RequestDraft.of(photo.request()), photo -> "v1");
        assertThat(sameForAll.apply(new Photo(1, "?")))
                .isEqualTo(sameForAll.apply(new Photo(2, "?")));
    }

    @Test
    void recordWithoutARequestFailsByItself() throws Exception {
        RequestKey<Photo> key =
                new RequestKey<>(photo -> RequestDraft.of(photo.request()), photo -> null);
        assertThat(key.apply(Photo.number(1))).isEqualTo(RequestKey.NO_REQUEST);
        try (KeyedHarness harness =
                KeyedHarness.open(new AnswerMemory<>(key, Duration.ofMinutes(1)))) {
            harness.send(RequestKey.NO_REQUEST, Photo.number(1));
            harness.runMails();
            assertThat(harness.results().get(0).failure())
                    .isEqualTo(
                            new LlavaAnswer.Failure(
                                    LlavaErrorCode.INPUT,
                                    "The record's picture identity is null."));
        }
    }

    /** The function failed in front of the shuffle, and no longer does in the operator. */
    @Test
    void recordsThatHadNoRequestAreNotTakenForEqual() throws Exception {
        OperatorSubtaskState state;
        try (KeyedHarness harness = KeyedHarness.open(MEMORY)) {
            harness.send(RequestKey.NO_REQUEST, Photo.number(7));
            harness.send(RequestKey.NO_REQUEST, Photo.number(8));
            harness.answer(0, 1);
            harness.send(RequestKey.NO_REQUEST, Photo.number(9));
            harness.answer(2);
            assertThat(harness.results())
                    .extracting(LlavaResult::text)
                    .containsExactly(
                            Photo.number(7).expectedText(),
                            Photo.number(8).expectedText(),
                            Photo.number(9).expectedText());
            state = harness.flink.snapshot(1, 1);
        }
        try (KeyedHarness harness = KeyedHarness.restore(MEMORY, state, 1, 1, 0)) {
            harness.send(RequestKey.NO_REQUEST, Photo.number(10));
            assertThat(harness.model.asked()).isEqualTo(1);
        }
    }
}
