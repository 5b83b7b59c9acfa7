package io.flinkllava.examples.batch;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.examples.LocalJar;
import io.flinkllava.examples.Sockets;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import static org.assertj.core.api.Assertions.assertThat;

class RunBatchITCase {

    /** Below this, another order of the same sums may choose another token. */
    private static final double CLEAR_GAP = 1e-3;

    /** What a reference that is no longer has ended by itself. */
    private static final int MOST_TOKENS = 24;

    private static final Path MODEL = Golden.checkpoint("llava15");
    private static final Path REQUESTS = MODEL.resolve("requests.jsonl");

    @TempDir private Path folder;

    @Test
    void answersAsTransformersDoesAndListensOnLoopbackOnly(TestReporter reporter) throws Exception {
        Sockets sockets = new Sockets();

        LocalJar.Outcome outcome =
                new LocalJar(folder).run(sockets, BatchArguments.of(MODEL, REQUESTS));

        assertThat(outcome.err()).containsPattern("(?m)^Done: 19 rows, .* mean batch [1-8]");
        assertThat(outcome.err())
                .contains("until the model was loaded; answers in answers.jsonl\n");
        assertThat(outcome.out()).isEmpty();
        assertThat(outcome.status()).isZero();
        compare(Answers.read(REQUESTS), reporter);
        assertThat(sockets.listening()).as("sockets seen").isNotEmpty();
        assertThat(sockets.foreign()).isEmpty();
    }

    @Test
    void answersAloneAndInAnotherOrderAsWell(TestReporter reporter) throws Exception {
        List<String> lines = new ArrayList<>(Files.readAllLines(REQUESTS));
        Collections.shuffle(lines, new Random(11));
        Path shuffled = Files.write(folder.resolve("shuffled.jsonl"), lines);

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(
                                BatchArguments.of(
                                        MODEL,
                                        shuffled,
                                        "--max-batch-size",
                                        "1",
                                        "--parallelism",
                                        "2"));

        assertThat(outcome.status()).as(outcome.err()).isZero();
        compare(Answers.read(shuffled), reporter);
    }

    /** Tiles, several pictures, videos and dialogues, each file as the references have it. */
    @ParameterizedTest
    @ValueSource(strings = {"next_vicuna", "next_video", "onevision", "interleave"})
    void answersOtherFamiliesAsWell(String checkpoint, TestReporter reporter) throws Exception {
        Path model = Golden.checkpoint(checkpoint);
        Path requests = model.resolve("requests.jsonl");

        LocalJar.Outcome outcome = new LocalJar(folder).run(BatchArguments.of(model, requests));

        assertThat(outcome.status()).as(outcome.err()).isZero();
        compare(Answers.read(requests), reporter);
    }

    @Test
    void seesSeveralPicturesAsTold(TestReporter reporter) throws Exception {
        Path model = Golden.checkpoint("onevision_max2");
        List<String> single =
                Files.readAllLines(model.resolve("requests.jsonl")).stream()
                        .filter(line -> line.contains("\"several\": \"single-tile\""))
                        .toList();
        assertThat(single).isNotEmpty();
        Path requests = Files.write(folder.resolve("single.jsonl"), single);

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(
                                BatchArguments.of(
                                        model, requests, "--several-pictures", "one-tile-each"));

        assertThat(outcome.status()).as(outcome.err()).isZero();
        compare(Answers.read(requests), reporter);
    }

    private void compare(List<JsonNode> requests, TestReporter reporter) throws IOException {
        List<JsonNode> answers = Answers.read(folder.resolve("answers.jsonl"));
        assertThat(answers)
                .extracting(answer -> answer.get("id"))
                .isEqualTo(requests.stream().map(request -> request.get("id")).toList());
        Map<String, String> differentJpegs = new HashMap<>();
        for (int i = 0; i < requests.size(); i++) {
            JsonNode expected = requests.get(i).get("expected");
            JsonNode answer = answers.get(i);
            assertThat(answer.get("error").isNull()).as(answer.toString()).isTrue();
            assertThat(answer.get("prompt_tokens")).isEqualTo(expected.get("prompt_tokens"));
            boolean same = answer.get("token_ids").equals(expected.get("ids"));
            boolean clear = expected.get("min_gap").doubleValue() >= CLEAR_GAP;
            String id = answer.get("id").textValue();
            if (clear && !same && id.endsWith(".jpg")) {
                differentJpegs.put(id, answer.get("token_ids").toString());
            } else {
                assertThat(same || !clear).as("%s: %s, not %s", id, answer, expected).isTrue();
            }
            if (same) {
                assertThat(answer.get("answer")).isEqualTo(expected.get("text"));
                assertThat(answer.get("completion_tokens").intValue())
                        .isEqualTo(expected.get("ids").size());
                assertThat(answer.get("finish_reason").textValue())
                        .isEqualTo(expected.get("ids").size() == MOST_TOKENS ? "length" : "stop");
            }
        }
        // Decoders of JPEG may differ by a bit, and so may answers about their pictures.
        reporter.publishEntry("JPEGs answered otherwise", differentJpegs.toString());
    }
}
