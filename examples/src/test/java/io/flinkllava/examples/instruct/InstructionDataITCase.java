package io.flinkllava.examples.instruct;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.flinkllava.examples.LocalJar;
import io.flinkllava.examples.instruct.ChatEndpoint.Reply;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

import static org.assertj.core.api.Assertions.assertThat;

/** From annotation files to instruction data, with the jar as users have it. */
class InstructionDataITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int PICTURES = 79;

    /** Where a quotation of it is cut, there is a character of two halves. */
    private static final String APOLOGY =
            "As a language model I see no picture and I am sorry for it \uD83D\uDE22, truly.";

    @TempDir private Path folder;

    /** Pictures 1 to 79 with a caption and a box, and one without a caption. */
    @BeforeEach
    void annotate() throws IOException {
        ObjectNode captions = JSON.createObjectNode();
        captions.putObject("info").put("year", 2026);
        ArrayNode images = captions.putArray("images");
        ArrayNode said = captions.putArray("annotations");
        ObjectNode instances = JSON.createObjectNode();
        ArrayNode boxes = instances.putArray("annotations");
        for (int id = 1; id <= PICTURES; id++) {
            images.addObject()
                    .put("id", id)
                    .put("file_name", id + ".jpg")
                    .put("width", 100)
                    .put("height", 50);
            said.addObject().put("image_id", id).put("caption", "Thing number " + id + ". ");
            boxes.addObject()
                    .put("image_id", id)
                    .put("category_id", 1 + id % 2)
                    .putArray("bbox")
                    .add(10)
                    .add(5)
                    .add(20)
                    .add(10);
        }
        images.addObject().put("id", 0).put("file_name", "0.jpg").put("width", 1).put("height", 1);
        ArrayNode categories = instances.putArray("categories");
        categories.addObject().put("id", 1).put("name", "dog");
        categories.addObject().put("id", 2).put("name", "cat");
        JSON.writeValue(folder.resolve("captions.json").toFile(), captions);
        JSON.writeValue(folder.resolve("instances.json").toFile(), instances);
    }

    @Test
    void rulesWriteSamplesInTheProportionOfThePaper() throws Exception {
        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(
                                "instruction-data",
                                "--captions=captions.json",
                                "--boxes=instances.json",
                                "--output=instruct.json",
                                "--parallelism=2");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("Done: 158 samples, 0 dead letters");
        List<JsonNode> samples = samples();
        assertThat(samples).hasSize(158);
        assertThat(samples.stream().map(sample -> sample.get("id").textValue()))
                .doesNotHaveDuplicates();
        // Conversations begin with what the picture shows, descriptions name the box.
        Map<Boolean, Long> conversations =
                samples.stream()
                        .collect(
                                Collectors.partitioningBy(
                                        sample -> sample.get("conversations").size() > 2,
                                        Collectors.counting()));
        assertThat(conversations.get(true)).isEqualTo(58);
        for (JsonNode sample : samples) {
            String number = sample.get("image").textValue().replace(".jpg", "");
            JsonNode turns = sample.get("conversations");
            assertThat(turns.get(0).get("from").textValue()).isEqualTo("human");
            assertThat(turns.get(0).get("value").textValue()).startsWith("<image>\n");
            assertThat(turns.get(1).get("from").textValue()).isEqualTo("gpt");
            assertThat(turns.get(1).get("value").textValue())
                    .startsWith("Thing number " + number + ".");
            assertThat(turns.findValuesAsText("value").subList(1, turns.size()))
                    .noneMatch(value -> value.contains("<image>"));
        }
        assertThat(folder.resolve("instruct.json.dead-letters.jsonl")).isEmptyFile();
    }

    @Test
    void aChatModelIsAskedAgainWhileItIsBusyAndItsMistakesAreDeadLetters() throws Exception {
        Set<String> askedBefore = ConcurrentHashMap.newKeySet();
        try (ChatEndpoint endpoint =
                new ChatEndpoint(
                        context -> {
                            String first = context.lines().findFirst().orElseThrow();
                            if (first.equals("Thing number 3.")) {
                                return new Reply(200, APOLOGY);
                            }
                            if (first.equals("Thing number 7.")) {
                                return new Reply(200, "Question: What?\n===\nAnswer: Half: \uD83D");
                            }
                            if (first.equals("Thing number 4.")) {
                                return new Reply(400, "");
                            }
                            if (first.equals("Thing number 5.")) {
                                return new Reply(503, "");
                            }
                            if (first.equals("Thing number 6.") && askedBefore.add(first)) {
                                return new Reply(429, "");
                            }
                            return new Reply(200, "Question: What?\n===\nAnswer: It is: " + first);
                        })) {
            LocalJar.Outcome outcome =
                    new LocalJar(folder, Map.of("OPENAI_API_KEY", "secret"))
                            .run(
                                    "instruction-data",
                                    "--captions=captions.json",
                                    "--boxes=instances.json",
                                    "--output=instruct.json",
                                    "--dead-letters=dead.jsonl",
                                    "--per-picture=1",
                                    "--attempts=2",
                                    "--chat-url=" + endpoint.url() + "/",
                                    "--chat-model=tiny");

            assertThat(outcome.status()).as(outcome.err()).isZero();
            assertThat(samples()).hasSize(PICTURES - 3);
            assertThat(Files.readString(folder.resolve("instruct.json"))).contains("Half: ?");
            List<JsonNode> letters =
                    Files.readAllLines(folder.resolve("dead.jsonl")).stream()
                            .map(InstructionDataITCase::read)
                            .toList();
            Map<String, String> problems =
                    letters.stream()
                            .collect(
                                    Collectors.toMap(
                                            letter -> letter.get("image").textValue(),
                                            letter -> letter.get("problem").textValue()));
            assertThat(letters)
                    .extracting(letter -> letter.get("text").textValue())
                    .containsExactlyInAnyOrder(APOLOGY, null, null);
            assertThat(problems)
                    .containsOnlyKeys("3.jpg", "4.jpg", "5.jpg")
                    .containsEntry("4.jpg", "The endpoint answered 400")
                    .containsEntry("5.jpg", "The endpoint answered 503");
            assertThat(problems.get("3.jpg"))
                    .startsWith("'Question:' was expected where the teacher wrote 'As a language");
            List<JsonNode> asked = new ArrayList<>(endpoint.asked());
            assertThat(asked).hasSize(PICTURES + 2 + 1);
            assertThat(endpoint.keys()).hasSameSizeAs(asked).containsOnly("Bearer secret");
            assertThat(outcome.out() + outcome.err()).doesNotContain("secret");
            assertThat(asked).allMatch(body -> body.get("model").textValue().equals("tiny"));
            // Boxes are for descriptions and reasoning only.
            long withBoxes =
                    asked.stream().filter(body -> last(body).contains(": [0.100, 0.100")).count();
            assertThat(withBoxes).isBetween(45L, 55L);
        }
    }

    private static String last(JsonNode body) {
        JsonNode messages = body.get("messages");
        return messages.get(messages.size() - 1).get("content").textValue();
    }

    private List<JsonNode> samples() throws IOException {
        JsonNode array = JSON.readTree(folder.resolve("instruct.json").toFile());
        return StreamSupport.stream(array.spliterator(), false).toList();
    }

    private static JsonNode read(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new AssertionError(line, e);
        }
    }
}
