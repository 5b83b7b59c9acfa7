package io.flinkllava.runtime;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;

/** Rules and sampling of whole models, against transformers where it can be. */
class GenerationRulesTest {

    private static LlavaModel model;

    @BeforeAll
    static void open() {
        model =
                LlavaModel.open(
                        Golden.checkpoint("llava15"),
                        ModelOptions.DEFAULT
                                .withDevice(Device.CPU)
                                .withMaxSequenceLength(256)
                                .withMaxBatchSize(6));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    @Test
    void answersByRulesAsTransformersAllAtOnce() throws IOException {
        JsonNode golden =
                new ObjectMapper()
                        .readTree(Golden.checkpoint("llava15").resolve("rules.json").toFile());
        Map<JsonNode, CompletableFuture<LlavaAnswer>> answers = new LinkedHashMap<>();
        for (JsonNode request : golden) {
            answers.put(request, model.submit(request(request)));
        }
        assertThat(answers).hasSize(27);
        answers.forEach(GenerationRulesTest::check);
    }

    private static void check(JsonNode golden, CompletableFuture<LlavaAnswer> answer) {
        LlavaAnswer.Text text = (LlavaAnswer.Text) answer.join();
        List<Integer> expected = new ArrayList<>();
        golden.get("ids").forEach(id -> expected.add(id.asInt()));
        String name = golden.get("id").asText() + " " + golden.get("rules");
        assertThat(golden.get("min_gap").asDouble()).as(name).isGreaterThan(1e-3);
        assertThat(text.tokenIds()).as(name).isEqualTo(expected);
        assertThat(text.text()).as(name).isEqualTo(golden.get("text").asText());
        boolean stopped =
                texts(golden.get("rules").path("stop")).stream().anyMatch(text.text()::contains);
        assertThat(text.finishReason() == LlavaAnswer.FinishReason.STOP).isEqualTo(stopped);
    }

    private static LlavaRequest request(JsonNode golden) throws IOException {
        JsonNode rules = golden.get("rules");
        TokenRules tokens =
                TokenRules.NONE
                        .withRepetitionPenalty(rules.path("repetition_penalty").asDouble(1))
                        .withNoRepeatNgram(rules.path("no_repeat_ngram_size").asInt(0))
                        .withBadWords(texts(rules.path("bad_words")))
                        .withStopStrings(texts(rules.path("stop")));
        byte[] image = Files.readAllBytes(Golden.image(golden.get("images").get(0).asText()));
        return LlavaRequest.ask(image, golden.get("question").asText())
                .withGeneration(
                        new GenerationParameters(
                                24,
                                rules.path("min_new_tokens").asInt(0),
                                Sampling.GREEDY,
                                tokens));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    /** Neither the batch nor the order of arrival changes what a seed draws. */
    @Test
    void aSeedDrawsTheSameWhateverElseIsInTheBatch() throws IOException {
        byte[] image = Files.readAllBytes(Golden.image("img1.png"));
        List<LlavaAnswer.Text> alone = new ArrayList<>();
        for (int seed = 0; seed < 12; seed++) {
            alone.add((LlavaAnswer.Text) model.submit(sampled(image, seed)).join());
        }
        List<CompletableFuture<LlavaAnswer>> together = new ArrayList<>();
        for (int seed = 11; seed >= 0; seed--) {
            together.add(model.submit(sampled(image, seed)));
        }
        for (int seed = 0; seed < 12; seed++) {
            LlavaAnswer.Text answer = (LlavaAnswer.Text) together.get(11 - seed).join();
            assertThat(answer.tokenIds()).isEqualTo(alone.get(seed).tokenIds());
        }
        assertThat(alone.stream().map(LlavaAnswer.Text::tokenIds).distinct().count())
                .isGreaterThan(6);
    }

    private static LlavaRequest sampled(byte[] image, long seed) {
        return LlavaRequest.ask(image, "What is it?")
                .withGeneration(
                        GenerationParameters.DEFAULT
                                .withMaxNewTokens(16)
                                .withSampling(
                                        Sampling.temperature(1.5, seed)
                                                .withTopK(40)
                                                .withTopP(0.95)
                                                .withMinP(0.01)));
    }
}
