package io.flinkllava.examples.conversation;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.examples.FileTail;
import io.flinkllava.examples.LocalJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The jar as users have it. */
class ConversationITCase {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();
    private static final String COLOUR = "What colour is the medium star?";

    @TempDir private Path folder;

    @Test
    void showsABundledConversation() throws Exception {
        LocalJar.Outcome outcome = new LocalJar(folder).run("conversation");

        assertThat(outcome.status()).as(outcome.err()).isZero();
        assertThat(outcome.out()).hasLineCount(4).contains("green star");
        assertThat(folder.resolve("flink-llava-replies.jsonl")).hasContent(outcome.out());
    }

    /** The second run is interrupted, not stopped: the third goes on from a checkpoint. */
    @Test
    void remembersOverRestarts() throws Exception {
        Files.copy(SAMPLES.resolve("scene-01.png"), folder.resolve("a.png"));
        Path turns = Files.createFile(folder.resolve("turns.jsonl"));
        ask(turns, "{\"user\": \"ann\", \"image\": \"a.png\", \"question\": \"" + COLOUR + "\"}");
        LocalJar.Outcome first = run("--once");
        assertThat(first.status()).as(first.err()).isZero();
        assertThat(replies()).hasSize(1);
        assertThat(folder.resolve("내 대화")).isNotEmptyDirectory();

        ask(turns, "{\"user\": \"ann\", \"question\": \"" + COLOUR + "\"}");
        ask(turns, "{\"user\": \"bob\", \"question\": \"" + COLOUR + "\"}");
        ask(turns, "no turn");
        LocalJar.inUnicode(folder)
                .run(
                        process -> {
                            if (replies().size() == 4) {
                                process.destroy();
                            }
                        },
                        arguments());

        ask(turns, "{\"user\": \"ann\", \"reset\": true}");
        // Without an end of the line, which nobody waits for in what is there at once.
        Files.writeString(
                turns,
                "{\"user\": \"ann\", \"image\": \"a.png\", \"question\": \"" + COLOUR + "\"}",
                StandardOpenOption.APPEND);
        LocalJar.Outcome third = run("--once");
        assertThat(third.status()).as(third.err()).isZero();

        List<JsonNode> all = replies();
        assertThat(all).hasSize(6);
        List<JsonNode> ann = of(all, "ann");
        int alone = of(all, "bob").get(0).path("promptTokens").asInt();
        int withPicture = ann.get(0).path("promptTokens").asInt();
        assertThat(ann.get(0).path("answer").asText()).contains("green");
        // The picture and the first turn, which the first process saw, stand in front.
        assertThat(ann.get(1).path("promptTokens").asInt()).isGreaterThan(withPicture + alone / 2);
        assertThat(ann.get(2).path("promptTokens").asInt()).isEqualTo(withPicture);
        assertThat(all).filteredOn(reply -> reply.has("refused")).hasSize(1);
        assertThat(all).filteredOn(reply -> reply.has("reset")).hasSize(1);
    }

    @Test
    void refusesStateWithoutItsReplies() throws Exception {
        Path turns = Files.createFile(folder.resolve("turns.jsonl"));
        ask(turns, "{\"user\": \"ann\", \"reset\": true}");
        assertThat(run("--once").status()).isZero();
        Files.delete(folder.resolve("replies.jsonl"));

        LocalJar.Outcome gone = run("--once");
        assertThat(gone.status()).isEqualTo(2);
        assertThat(gone.err())
                .contains("--state '내 대화' belongs to --output 'replies.jsonl', which is gone");

        Files.createFile(folder.resolve("replies.jsonl"));
        LocalJar.Outcome cut = run("--once");
        assertThat(cut.status()).isEqualTo(1);
        assertThat(cut.err()).contains("replies.jsonl is shorter than it was");
    }

    private static void ask(Path turns, String line) throws IOException {
        Files.writeString(turns, line + "\n", StandardOpenOption.APPEND);
    }

    private LocalJar.Outcome run(String last) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(arguments()));
        arguments.add(last);
        return LocalJar.inUnicode(folder).run(arguments.toArray(String[]::new));
    }

    private static String[] arguments() {
        return new String[] {
            "conversation",
            "--input=turns.jsonl",
            "--output=replies.jsonl",
            "--state=내 대화",
            "--checkpoint-interval=200"
        };
    }

    private static List<JsonNode> of(List<JsonNode> replies, String user) {
        return replies.stream()
                .filter(reply -> reply.path("user").asText().equals(user) && reply.has("question"))
                .toList();
    }

    private List<JsonNode> replies() throws IOException {
        Path file = folder.resolve("replies.jsonl");
        List<JsonNode> replies = new ArrayList<>();
        if (Files.exists(file)) {
            for (FileTail.Line line : FileTail.all(file)) {
                replies.add(JSON.readTree(line.text()));
            }
        }
        return replies;
    }
}
