package io.flinkllava.runtime;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** Answers as they come, and answers that come too late. */
class TokenListenerTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);

    /** Drawn at random, answers are full of characters that are not whole. */
    @ParameterizedTest
    @ValueSource(strings = {"llava15", "llava15_qwen2", "llava15_llama3", "onevision"})
    void piecesAreTheText(String checkpoint) throws IOException {
        GoldenRequest golden = GoldenRequest.all(checkpoint).get(0);
        Map<Heard, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint(checkpoint), OPTIONS)) {
            for (int seed = 0; seed < 40; seed++) {
                Heard heard = new Heard();
                LlavaRequest request =
                        golden.request()
                                .withGeneration(
                                        GenerationParameters.DEFAULT
                                                .withMaxNewTokens(1 + seed)
                                                .withSampling(Sampling.temperature(3, seed)));
                answers.put(heard, model.submit(request, heard));
            }
            answers.values().forEach(CompletableFuture::join);
        }
        int pieces = 0;
        for (Map.Entry<Heard, CompletableFuture<LlavaAnswer>> answer : answers.entrySet()) {
            LlavaAnswer.Text text = (LlavaAnswer.Text) answer.getValue().join();
            assertThat(String.join("", answer.getKey().pieces)).isEqualTo(text.text());
            assertThat(answer.getKey().pieces).doesNotContain("");
            assertThat(answer.getKey().tokens).isSorted();
            pieces += answer.getKey().pieces.size();
        }
        assertThat(pieces).as("pieces of 40 answers").isGreaterThan(400);
    }

    @Test
    void aListenerThatThrowsFailsItsOwnRequest() throws IOException {
        List<GoldenRequest> goldens =
                GoldenRequest.all("llava15").stream().filter(GoldenRequest::isDecidable).toList();
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS)) {
            CompletableFuture<LlavaAnswer> failing =
                    model.submit(
                            goldens.get(0).request(),
                            (text, tokens) -> {
                                throw new IllegalStateException("out of paper");
                            });
            Map<GoldenRequest, CompletableFuture<LlavaAnswer>> others = new LinkedHashMap<>();
            goldens.forEach(golden -> others.put(golden, model.submit(golden.request())));
            assertFailure(failing.join(), LlavaErrorCode.INPUT, "out of paper");
            others.forEach(
                    (golden, answer) ->
                            assertThat(((LlavaAnswer.Text) answer.join()).text())
                                    .isEqualTo(golden.text()));
        }
    }

    @Test
    void aRequestWithoutTimeFailsBeforeItIsPrepared() throws IOException {
        LlavaRequest request =
                GoldenRequest.all("llava15").get(0).request().withTimeLimit(Duration.ZERO);
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS)) {
            assertFailure(model.submit(request).join(), LlavaErrorCode.CAPACITY, "time limit of 0");
            assertThat(model.counters().promptTokens()).isZero();
        }
    }

    @Test
    void warmingUpIsNotCountedAndLeavesNoTrace() throws IOException {
        GoldenRequest golden = GoldenRequest.all("llava15").get(0);
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS)) {
            EngineCounters counters = model.counters();
            assertThat(counters.promptTokens()).isZero();
            assertThat(counters.bytesToDevice()).isZero();
            assertThat(counters.vision().misses()).isZero();
            assertThat(((LlavaAnswer.Text) model.submit(golden.request()).join()).tokenIds())
                    .isEqualTo(golden.tokenIds());
        }
    }

    /**
     * A dialogue about a picture: the tower sees it once, and each turn prefills its own tokens.
     */
    @Test
    void theNextTurnOfADialogueGoesOnFromTheLast() throws IOException {
        GoldenRequest golden =
                GoldenRequest.all("llava15").stream()
                        .filter(one -> one.request().images().size() == 1)
                        .findFirst()
                        .orElseThrow();
        List<Message> dialogue = new ArrayList<>(golden.request().messages());
        try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS)) {
            int longest = 0;
            for (int turn = 0; turn < 4; turn++) {
                EngineCounters before = model.counters();
                LlavaRequest request =
                        new LlavaRequest(
                                golden.request().images(),
                                dialogue,
                                GenerationParameters.DEFAULT.withMaxNewTokens(4));
                LlavaAnswer.Text answer = (LlavaAnswer.Text) model.submit(request).join();
                EngineCounters after = model.counters();
                long own = after.promptTokens() - before.promptTokens();
                long known = after.prefixes().tokens() - before.prefixes().tokens();
                assertThat(own + known).isEqualTo(answer.promptTokens());
                assertThat(after.vision().misses()).isEqualTo(1);
                if (turn > 0) {
                    assertThat(known).as("turn %d", turn).isGreaterThan(longest - 8);
                }
                longest = answer.promptTokens();
                dialogue.add(new Message(Message.Role.ASSISTANT, answer.text().strip() + "."));
                dialogue.add(Message.user("And what else is in it?"));
            }
        }
    }

    private static void assertFailure(LlavaAnswer answer, LlavaErrorCode code, String message) {
        assertThat(answer)
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> {
                            assertThat(failure.code()).isEqualTo(code);
                            assertThat(failure.message()).contains(message);
                        });
    }

    /** Remembers what it hears. */
    private static final class Heard implements TokenListener {

        private final List<String> pieces = new ArrayList<>();
        private final List<Integer> tokens = new ArrayList<>();

        @Override
        public void onText(String text, int soFar) {
            pieces.add(text);
            tokens.add(soFar);
        }
    }
}
