package io.flinkllava.runtime;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** Answers of whole models against those of Hugging Face transformers, token for token. */
class LlavaModelTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(256);

    private static LlavaModel model;

    @BeforeAll
    static void open() {
        model =
                LlavaModel.open(
                        Golden.checkpoint("llava15"),
                        OPTIONS.withMaxBatchDelay(Duration.ofMillis(500)));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void answersAsTransformersOneByOne() throws IOException {
        try (LlavaModel single =
                LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS.withMaxBatchSize(1))) {
            for (GoldenRequest golden : GoldenRequest.all("llava15")) {
                check(golden, single.submit(golden.request()).join());
            }
        }
    }

    /**
     * {@code llava15_gqa}: bfloat16 shards, grouped attention with biases, heads wider than the
     * hidden state, tied embeddings, the class token kept, pictures padded to squares. {@code
     * llava15_mqa}: float16 shards, one head of keys, two feature layers, a projector without bias,
     * two eos ids.
     */
    @ParameterizedTest
    @ValueSource(strings = {"llava15_gqa", "llava15_mqa", "next_vicuna", "next_video", "vipllava"})
    void answersAsTransformersWhateverTheConfiguration(String checkpoint) throws IOException {
        try (LlavaModel variant = LlavaModel.open(Golden.checkpoint(checkpoint), OPTIONS)) {
            Map<GoldenRequest, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
            for (GoldenRequest golden : GoldenRequest.all(checkpoint)) {
                answers.put(golden, variant.submit(golden.request()));
            }
            answers.forEach((golden, answer) -> check(golden, answer.join()));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 2, 3})
    void answersAsTransformersAllAtOnceInAnyOrder(long seed) throws IOException {
        List<GoldenRequest> requests = new ArrayList<>(GoldenRequest.all("llava15"));
        if (seed > 0) {
            Collections.shuffle(requests, new Random(seed));
        }
        Map<GoldenRequest, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
        requests.forEach(golden -> answers.put(golden, model.submit(golden.request())));
        answers.forEach((golden, answer) -> check(golden, answer.join()));
        assertThat(model.counters().meanBatchSize()).isGreaterThan(1);
    }

    @Test
    void goesOnUntilMinNewTokens() {
        LlavaRequest request =
                new LlavaRequest(
                        List.of(),
                        List.of(Message.user("Count.")),
                        GenerationParameters.DEFAULT.withMaxNewTokens(40).withMinNewTokens(40));
        LlavaAnswer.Text answer = (LlavaAnswer.Text) model.submit(request).join();
        assertThat(answer.completionTokens()).isEqualTo(40);
        assertThat(answer.finishReason()).isEqualTo(LlavaAnswer.FinishReason.LENGTH);
    }

    @Test
    void badRequestsFailAloneAndSayWhatIsWrong() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        GoldenRequest good = GoldenRequest.all("llava15").get(1);
        Map<String, LlavaRequest> bad =
                Map.of(
                        "empty", LlavaRequest.ask(new byte[0], "What is it?"),
                        "<image>", LlavaRequest.ask(picture, "Is <image> an <image>?"),
                        "question", LlavaRequest.ask(picture, " "),
                        "Picture 2 of 2: The picture is empty",
                                new LlavaRequest(
                                        List.of(picture, new byte[0]),
                                        List.of(Message.user("What?")),
                                        GenerationParameters.DEFAULT),
                        "see pictures only",
                                new LlavaRequest(
                                        List.of(),
                                        List.of(picture),
                                        List.of(Message.user("What?")),
                                        GenerationParameters.DEFAULT),
                        "max-sequence-length", LlavaRequest.ask(picture, "word ".repeat(300)),
                        "max-images",
                                new LlavaRequest(
                                        Collections.nCopies(17, picture),
                                        List.of(Message.user("What?")),
                                        GenerationParameters.DEFAULT));
        Map<String, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
        bad.forEach((word, request) -> answers.put(word, model.submit(request)));
        CompletableFuture<LlavaAnswer> healthy = model.submit(good.request());
        answers.forEach(
                (word, answer) ->
                        assertThat(answer.join())
                                .isInstanceOfSatisfying(
                                        LlavaAnswer.Failure.class,
                                        failure -> {
                                            assertThat(failure.code())
                                                    .isEqualTo(LlavaErrorCode.INPUT);
                                            assertThat(failure.message()).contains(word);
                                        }));
        check(good, healthy.join());
    }

    @Test
    void cancellingTakesTheSequenceOut() {
        long before = model.counters().failed();
        LlavaRequest endless =
                new LlavaRequest(
                        List.of(),
                        List.of(Message.user("Count.")),
                        GenerationParameters.DEFAULT.withMaxNewTokens(200).withMinNewTokens(200));
        CompletableFuture<LlavaAnswer> cancelled = model.submit(endless);
        while (model.counters().running() == 0 && !cancelled.isDone()) {
            Thread.onSpinWait();
        }
        assertThat(cancelled.cancel(false)).isTrue();
        while (model.counters().running() > 0) {
            Thread.onSpinWait();
        }
        assertThat(model.counters().failed()).isEqualTo(before + 1);
    }

    @Test
    void aClosedModelRefuses() {
        LlavaModel closed = LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS);
        closed.close();
        closed.close();
        assertThat(closed.submit(LlavaRequest.ask(new byte[0], "What?")).join())
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.MODEL));
    }

    private static void check(GoldenRequest golden, LlavaAnswer answer) {
        assertThat(answer).as(golden.id()).isInstanceOf(LlavaAnswer.Text.class);
        LlavaAnswer.Text text = (LlavaAnswer.Text) answer;
        assertThat(text.promptTokens()).as(golden.id()).isEqualTo(golden.promptTokens());
        if (golden.isDecidable()) {
            assertThat(text.tokenIds()).as(golden.id()).isEqualTo(golden.tokenIds());
            assertThat(text.text()).as(golden.id()).isEqualTo(golden.text());
        }
    }
}
