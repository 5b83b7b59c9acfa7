package io.flinkllava.runtime;

import io.flinkllava.runtime.CheckpointOptions.SeveralImages;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Answers of whole models against those of Hugging Face transformers, token for token. */
class LlavaModelTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);

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
     *
     * <p>{@code llava15_mistral}: bfloat16 shards, a sliding window shorter than every prompt,
     * heads of 24. {@code llava15_qwen2}: float16, biases before attention only, windows from the
     * second layer on, tied embeddings where only the language model's section says so, more rows
     * than tokens. {@code llava15_llama3}: rotary scaling of LLaMA 3 in all its bands, heads of 20.
     * {@code llava15_linear}: linear rotary scaling as transformers 4 wrote it, biases in every
     * layer, heads of 12, no generation config.
     */
    @ParameterizedTest
    @CsvSource({
        "llava15_gqa, 8",
        "llava15_mqa, 8",
        "llava15_mistral, 1",
        "llava15_mistral, 8",
        "llava15_qwen2, 1",
        "llava15_qwen2, 8",
        "llava15_llama3, 1",
        "llava15_llama3, 8",
        "llava15_linear, 1",
        "llava15_linear, 8",
        "vipllava, 8",
        "interleave, 8",
        "next_vicuna, 1",
        "next_vicuna, 8",
        "next_mistral, 8",
        "next_qwen_odd, 8",
        "next_video, 1",
        "next_video, 8",
        "onevision, 1",
        "onevision, 8",
        "onevision_max2, 8"
    })
    void answersAsTransformersWhateverTheConfiguration(String checkpoint, int rows)
            throws IOException {
        Map<SeveralImages, List<GoldenRequest>> requests =
                GoldenRequest.all(checkpoint).stream()
                        .collect(Collectors.groupingBy(GoldenRequest::severalImages));
        requests.forEach((severalImages, some) -> answer(checkpoint, rows, severalImages, some));
    }

    private static void answer(
            String checkpoint,
            int rows,
            SeveralImages severalImages,
            List<GoldenRequest> requests) {
        ModelOptions options =
                OPTIONS.withMaxBatchSize(rows)
                        .withCheckpoint(CheckpointOptions.DEFAULT.withSeveralImages(severalImages));
        try (LlavaModel variant = LlavaModel.open(Golden.checkpoint(checkpoint), options)) {
            Map<GoldenRequest, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
            requests.forEach(golden -> answers.put(golden, variant.submit(golden.request())));
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
    void memoryDecidesHowManySequencesRunTogetherIfAsked() throws IOException {
        ModelOptions byMemory = OPTIONS.withMaxBatchSize(1).withMemoryFraction(0.9);
        try (LlavaModel sized = LlavaModel.open(Golden.checkpoint("llava15"), byMemory)) {
            assertThat(sized.info().maxBatchSize()).isEqualTo(256);
            GoldenRequest golden = GoldenRequest.all("llava15").get(0);
            check(golden, sized.submit(golden.request()).join());
        }
        assertThatThrownBy(
                        () ->
                                LlavaModel.open(
                                        Golden.checkpoint("llava15"),
                                        OPTIONS.withMemoryFraction(1e-9)))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("raise memory-fraction");
    }

    /** With its keys and values still there, not even its features are asked for. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aSecondQuestionAboutAPictureDoesNotRunTheTower(boolean warm) throws IOException {
        GoldenRequest golden =
                GoldenRequest.all("llava15").stream()
                        .filter(some -> some.request().images().size() == 1)
                        .findFirst()
                        .orElseThrow();
        ModelOptions options = OPTIONS.withCaches(CacheOptions.DEFAULT.withWarmPrefixes(warm));
        try (LlavaModel seeing = LlavaModel.open(Golden.checkpoint("llava15"), options)) {
            LlavaRequest other =
                    LlavaRequest.ask(golden.request().images().get(0), "What else is there?");
            assertThat(seeing.submit(other).join()).isInstanceOf(LlavaAnswer.Text.class);
            check(golden, seeing.submit(golden.request()).join());
            assertThat(seeing.counters().vision().misses()).isOne();
            assertThat(seeing.counters().vision().hits()).isEqualTo(warm ? 0 : 1);
            assertThat(seeing.counters().prefixes().hits()).isEqualTo(warm ? 1 : 0);
            assertThat(seeing.counters().vision().bytes()).isPositive();
        }
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
                        "max-sequence-length", LlavaRequest.ask(picture, "word ".repeat(600)),
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
                                            assertThat(failure.isTooLong())
                                                    .isEqualTo(word.startsWith("max-"));
                                        }));
        check(good, healthy.join());
    }

    /** The last is cancelled first, while the engine has many others to answer before it. */
    @Test
    void cancellingTakesSequencesOut() {
        int tokens = 400;
        int requests = 32;
        LlavaRequest endless =
                new LlavaRequest(
                        List.of(),
                        List.of(Message.user("Count.")),
                        GenerationParameters.DEFAULT
                                .withMaxNewTokens(tokens)
                                .withMinNewTokens(tokens));
        EngineCounters before = model.counters();
        List<CompletableFuture<LlavaAnswer>> answers = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            answers.add(model.submit(endless));
        }
        while (model.counters().running() == 0) {
            Thread.onSpinWait();
        }
        Collections.reverse(answers);
        answers.forEach(answer -> answer.cancel(false));
        while (model.counters().running() + model.counters().waiting() > 0) {
            Thread.onSpinWait();
        }
        EngineCounters after = model.counters();
        assertThat(after.cancelled()).isGreaterThan(before.cancelled());
        assertThat(after.failed() - before.failed())
                .isEqualTo(after.cancelled() - before.cancelled());
        assertThat(after.completionTokens() - before.completionTokens())
                .isLessThan((long) requests * tokens);
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
