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
import java.util.List;
import java.util.concurrent.CompletableFuture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

/** Forms, candidates and probabilities of answers of a whole model. */
class ConstrainedAnswersTest {

    private static LlavaModel model;
    private static byte[] image;

    @BeforeAll
    static void open() throws IOException {
        model =
                LlavaModel.open(
                        Golden.checkpoint("llava15"),
                        ModelOptions.DEFAULT
                                .withDevice(Device.CPU)
                                .withMaxSequenceLength(256)
                                .withMaxBatchSize(5));
        image = Files.readAllBytes(Golden.image("img1.png"));
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static LlavaAnswer.Text ask(GenerationParameters generation) {
        return (LlavaAnswer.Text)
                model.submit(LlavaRequest.ask(image, "What is it?").withGeneration(generation))
                        .join();
    }

    /** {@code compute_transition_scores} and summed log-softmax of forced texts. */
    @Test
    void probabilitiesAreThoseOfTransformers() throws IOException {
        JsonNode golden =
                new ObjectMapper()
                        .readTree(
                                Golden.checkpoint("llava15")
                                        .resolve("probabilities.json")
                                        .toFile());
        List<String> texts = new ArrayList<>();
        golden.get("choices").forEach(text -> texts.add(text.asText()));
        for (JsonNode request : golden.get("requests")) {
            LlavaRequest question =
                    LlavaRequest.ask(
                            Files.readAllBytes(Golden.image(request.get("image").asText())),
                            request.get("question").asText());
            LlavaAnswer.Text free =
                    (LlavaAnswer.Text)
                            model.submit(
                                            question.withGeneration(
                                                    new GenerationParameters(16, 0)
                                                            .withLogProbability(true)))
                                    .join();
            assertThat(free.logProbability())
                    .isCloseTo(request.get("greedy").asDouble(), within(1e-3));
            LlavaAnswer.Text chosen =
                    (LlavaAnswer.Text)
                            model.submit(
                                            question.withGeneration(
                                                    GenerationParameters.DEFAULT.withConstraint(
                                                            new AnswerConstraint.Choice(texts))))
                                    .join();
            int best = 0;
            for (int i = 0; i < texts.size(); i++) {
                double probability = request.get("probabilities").get(i).asDouble();
                assertThat(chosen.choices().get(i).probability())
                        .isCloseTo(probability, within(1e-4));
                best = probability > request.get("probabilities").get(best).asDouble() ? i : best;
            }
            assertThat(chosen.text()).isEqualTo(texts.get(best));
            assertThat(chosen.logProbability()).isNaN();
        }
    }

    @Test
    void candidatesAreTheAnswersOfTheirSeeds() {
        GenerationParameters sampled =
                new GenerationParameters(12, 0, Sampling.temperature(1.2, 7), TokenRules.NONE)
                        .withLogProbability(true);
        LlavaAnswer.Text together = ask(sampled.withCandidates(4));
        assertThat(together.others()).hasSize(3);
        for (int i = 0; i < 4; i++) {
            LlavaAnswer.Text alone = ask(sampled.withSampling(Sampling.temperature(1.2, 7 + i)));
            List<Integer> ids =
                    i == 0 ? together.tokenIds() : together.others().get(i - 1).tokenIds();
            double logProbability =
                    i == 0
                            ? together.logProbability()
                            : together.others().get(i - 1).logProbability();
            assertThat(ids).isEqualTo(alone.tokenIds());
            // The same bits, whatever else was in the batch.
            assertThat(logProbability).isEqualTo(alone.logProbability());
        }
    }

    @Test
    void aConstraintHoldsUnderAllRulesAndInAnyBatch() {
        AnswerConstraint constraint =
                new AnswerConstraint.Json(
                        "{\"type\":\"object\",\"required\":[\"a\",\"b\"],\"properties\":{"
                                + "\"a\":{\"type\":\"string\",\"maxLength\":6},"
                                + "\"b\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}");
        TokenRules rules =
                TokenRules.NONE
                        .withRepetitionPenalty(1.4)
                        .withNoRepeatNgram(2)
                        .withBadWords(List.of("{", "\"", "1"));
        List<GenerationParameters> requests = new ArrayList<>();
        for (int seed = 0; seed < 8; seed++) {
            requests.add(
                    new GenerationParameters(
                                    48,
                                    seed,
                                    Sampling.temperature(4, seed).withTopK(30).withTopP(0.9),
                                    seed % 2 == 0 ? rules : TokenRules.NONE)
                            .withConstraint(constraint));
        }
        List<LlavaAnswer.Text> alone = requests.stream().map(r -> ask(r)).toList();
        List<CompletableFuture<LlavaAnswer>> together =
                requests.stream()
                        .map(r -> LlavaRequest.ask(image, "What is it?").withGeneration(r))
                        .map(model::submit)
                        .toList();
        for (int i = 0; i < requests.size(); i++) {
            LlavaAnswer.Text answer = (LlavaAnswer.Text) together.get(i).join();
            assertThat(answer.tokenIds()).isEqualTo(alone.get(i).tokenIds());
            assertThat(answer.finishReason()).isEqualTo(LlavaAnswer.FinishReason.STOP);
            assertThat(answer.text()).matches("\\{\"a\":\".*\",\"b\":\\[[-0-9,]*]}");
        }
    }

    @Test
    void cancellingAndFailingTakeAllCandidatesAlong() {
        GenerationParameters many =
                new GenerationParameters(100, 100, Sampling.temperature(1, 1), TokenRules.NONE)
                        .withCandidates(9);
        CompletableFuture<LlavaAnswer> cancelled =
                model.submit(LlavaRequest.ask(image, "Count.").withGeneration(many));
        while (model.counters().running() == 0) {
            Thread.onSpinWait();
        }
        cancelled.cancel(false);
        while (model.counters().running() + model.counters().waiting() > 0) {
            Thread.onSpinWait();
        }
        LlavaAnswer refused =
                model.submit(
                                LlavaRequest.ask(image, "What?")
                                        .withGeneration(
                                                GenerationParameters.DEFAULT.withConstraint(
                                                        new AnswerConstraint.Pattern("a(?=b)"))))
                        .join();
        assertThat(refused)
                .isInstanceOfSatisfying(
                        LlavaAnswer.Failure.class,
                        failure -> assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT));
    }
}
