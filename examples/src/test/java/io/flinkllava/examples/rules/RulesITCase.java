package io.flinkllava.examples.rules;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.examples.FileTail;
import io.flinkllava.examples.LocalJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as users have it. */
class RulesITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();
    private static final String SIGN =
            "{\"id\": \"sign\", \"question\": \"Can you see a sign?\", \"least\": 0.8}\n";

    @TempDir private Path folder;

    @Test
    void showsBundledPicturesAndRules() throws Exception {
        LocalJar.Outcome outcome = new LocalJar(folder).run("rules");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("Done: 36 questions answered, ");
        assertThat(outcome.out())
                .containsPattern("\"rule\":\"star\",\"picture\":\"[^\"]*/scene-01.png\"")
                .containsPattern("\"rule\":\"sign\",\"picture\":\"[^\"]*/scene-02.png\"")
                .doesNotContainPattern("\"rule\":\"sign\",\"picture\":\"[^\"]*/scene-01.png\"")
                .doesNotContainPattern("\"rule\":\"star\",\"picture\":\"[^\"]*/scene-02.png\"");
        assertThat(folder.resolve("flink-llava-alerts.jsonl")).hasContent(outcome.out());
    }

    @Test
    void takesALastRuleWithoutAnEndIfItDoesNotWaitForMore() throws Exception {
        Files.writeString(folder.resolve("rules.jsonl"), SIGN.strip());
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        add(pictures, "scene-02.png", "a.png");

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run("rules", "--rules=rules.jsonl", "--pictures=pictures", "--once");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.err()).contains("Done: 1 questions answered, 1 alerts");
    }

    /**
     * Each step waits for what the one before it wrote: a rule of the start, a new rule, one that
     * is gone, and a line that is no rule.
     */
    @Test
    void rulesComeAndGoWhileItRuns() throws Exception {
        Path rules = Files.writeString(folder.resolve("rules.jsonl"), SIGN);
        Path pictures = Files.createDirectory(folder.resolve("내 사진"));
        add(pictures, "scene-02.png", "a 50%25 [1].png");
        int[] step = {0};

        LocalJar.Outcome outcome =
                LocalJar.inUnicode(folder)
                        .run(
                                process -> {
                                    int lines = lines().size();
                                    if (step[0] == 0 && lines == 1) {
                                        step[0] = 1;
                                        append(rules, SIGN.replace("sign\", \"q", "again\", \"q"));
                                        append(rules, "{\"id\": \"sign\", \"remove\": true}\n");
                                        append(rules, "no rule\n");
                                    } else if (step[0] == 1 && lines == 4) {
                                        step[0] = 2;
                                        Files.writeString(
                                                pictures.resolve("broken.png"), "no picture");
                                    } else if (step[0] == 2 && lines == 5) {
                                        step[0] = 3;
                                        add(pictures, "scene-02.png", "별.png");
                                    } else if (step[0] == 3 && lines == 6) {
                                        process.destroy();
                                    }
                                },
                                "rules",
                                "--rules=rules.jsonl",
                                "--pictures=내 사진",
                                "--output=alerts.jsonl",
                                "--interval=100");

        assertThat(outcome.err()).containsPattern("Web UI: http://127\\.0\\.0\\.1:[1-9]\\d*\n");
        List<JsonNode> lines = lines();
        assertThat(lines).hasSize(6);
        assertAlert(lines.get(0), "sign", "내 사진/a 50%25 [1].png");
        assertThat(lines.get(1).toString()).isEqualTo("{\"rule\":\"again\",\"change\":\"set\"}");
        assertThat(lines.get(2).toString()).isEqualTo("{\"rule\":\"sign\",\"change\":\"removed\"}");
        assertThat(lines.get(3).path("refused").asText()).isEqualTo("no rule");
        assertThat(lines.get(4).path("error").asText()).contains("no picture");
        assertAlert(lines.get(5), "again", "내 사진/별.png");
    }

    private static void assertAlert(JsonNode line, String rule, String picture) {
        assertThat(line.path("rule").asText()).isEqualTo(rule);
        assertThat(line.path("picture").asText()).endsWith("/" + picture);
        assertThat(line.path("confidence").asDouble()).isBetween(0.8, 1.0);
    }

    private List<JsonNode> lines() throws IOException {
        Path alerts = folder.resolve("alerts.jsonl");
        List<JsonNode> lines = new ArrayList<>();
        if (Files.exists(alerts)) {
            for (FileTail.Line line : FileTail.all(alerts)) {
                lines.add(JSON.readTree(line.text()));
            }
        }
        return lines;
    }

    private static void append(Path file, String line) throws IOException {
        Files.writeString(file, line, StandardOpenOption.APPEND);
    }

    /** A picture has to appear whole. */
    private static void add(Path to, String sample, String name) throws IOException {
        Path hidden = to.resolve("." + name);
        Files.copy(SAMPLES.resolve(sample), hidden);
        Files.move(hidden, to.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }
}
