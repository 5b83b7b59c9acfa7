package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.AnswerConstraint;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestLimits;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.NativeMemory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** What stands around the engine, with a real model. */
@Timeout(120)
class LlavaPipelineTest {

    private static final Path CHECKPOINT = Golden.checkpoint("llava15");
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(256);

    private static byte[] image;

    @BeforeAll
    static void readImage() throws IOException {
        image = Files.readAllBytes(Golden.image("img1.png"));
    }

    private static LlavaRequest choose(List<String> texts) {
        return LlavaRequest.ask(image, "Which?")
                .withGeneration(
                        GenerationParameters.DEFAULT.withConstraint(
                                new AnswerConstraint.Choice(texts)));
    }

    private static List<String> numbers(int count) {
        return IntStream.range(0, count).mapToObj(i -> "number " + i).toList();
    }

    /** Each would be more than the queue holds, if a label took a place of its own. */
    @Test
    void labelsTakeNoPlacesOfTheirOwn() {
        ModelOptions narrow = OPTIONS.withLimits(RequestLimits.DEFAULT.withMaxQueuedRequests(6));
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, narrow)) {
            List<CompletableFuture<LlavaAnswer>> answers =
                    IntStream.range(0, 6).mapToObj(i -> model.submit(choose(numbers(20)))).toList();

            answers.forEach(
                    answer ->
                            assertThat(answer.join())
                                    .isInstanceOfSatisfying(
                                            LlavaAnswer.Text.class,
                                            text -> assertThat(text.choices()).hasSize(20)));
            assertThat(model.counters().finished()).isEqualTo(6);
        }
    }

    @Test
    void refusesMoreThanMakesSense() {
        assertThatThrownBy(() -> choose(numbers(1025))).hasMessageContaining("1025 choices");
        assertThatThrownBy(() -> GenerationParameters.DEFAULT.withCandidates(50_000_000))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("candidates is 50000000");
    }

    /** The end of an answer is scored too: without it, probabilities are of something else. */
    @Test
    void aChoiceNeedsRoomForItsEnd() {
        LlavaRequest request = choose(List.of("a hare", "it"));
        int fits;
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, OPTIONS)) {
            LlavaAnswer.Text answer = (LlavaAnswer.Text) model.submit(request).join();
            LlavaAnswer.Text longest =
                    (LlavaAnswer.Text) model.submit(choose(List.of("a hare"))).join();
            fits = answer.promptTokens() + longest.completionTokens();
        }
        assertThat(answerWithin(fits, request)).isInstanceOf(LlavaAnswer.Text.class);
        assertThat(answerWithin(fits - 1, request))
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
                            assertThat(failure.message()).contains("'a hare' and its end");
                        });
    }

    private static LlavaAnswer answerWithin(int length, LlavaRequest request) {
        ModelOptions options = OPTIONS.withMaxSequenceLength(length);
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, options)) {
            return model.submit(request).join();
        }
    }

    /** Of one row, answered in order: each has waited for all answers before. */
    @Test
    void waitingIsCountedFromTheSubmission() {
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, OPTIONS.withMaxBatchSize(1))) {
            List<LlavaAnswer.Text> answers =
                    IntStream.range(0, 20)
                            .mapToObj(i -> model.submit(LlavaRequest.ask(image, "What? " + i)))
                            .toList()
                            .stream()
                            .map(answer -> (LlavaAnswer.Text) answer.join())
                            .toList();

            long decoded = answers.stream().mapToLong(text -> text.timing().decoding()).sum();
            LlavaAnswer.Text last = answers.get(answers.size() - 1);
            assertThat(last.timing().total()).isGreaterThan(decoded / 2);
        }
    }

    @Test
    void isClosedFromItsOwnThreads() {
        // What stays for the life of the process is there.
        LlavaModel.open(CHECKPOINT, OPTIONS).close();
        Balance before = NativeLedger.balance();
        LlavaModel told = LlavaModel.open(CHECKPOINT, OPTIONS);
        told.submit(LlavaRequest.ask(image, "What?")).thenRun(told::close).join();
        LlavaModel refused = LlavaModel.open(CHECKPOINT, OPTIONS);
        refused.submit(LlavaRequest.ask(new byte[] {1}, "What?")).thenRun(refused::close).join();
        LlavaModel heard = LlavaModel.open(CHECKPOINT, OPTIONS);
        heard.submit(LlavaRequest.ask(image, "What?"), (text, tokens) -> heard.close()).join();

        NativeMemory.awaitBalance(before);
        assertThat(told.submit(LlavaRequest.ask(image, "What?")).join())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.message()).contains("model is closed"));
    }

    @Test
    void aLoadThatEndsInAnErrorLeavesNothingOpen() {
        LlavaModel.open(CHECKPOINT, OPTIONS).close();
        Balance before = NativeLedger.balance();
        CheckpointLoader loader =
                new CheckpointLoader(
                        executor -> {
                            throw new NoClassDefFoundError("gone");
                        });

        assertThatThrownBy(() -> loader.open(CHECKPOINT, OPTIONS)).hasMessage("gone");

        assertThat(NativeLedger.balance()).isEqualTo(before);
    }
}
