package io.flinkllava.examples.docker;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** What can be said of the Dockerfile without Docker. */
class DockerfileTest {

    private static final Path FILE = Path.of("docker/Dockerfile");
    private static final Path PARENT_POM = Path.of("../pom.xml");
    private static final Set<String> KNOWN = Set.of("ARG", "FROM", "COPY", "ENV", "USER", "RUN");

    private static final Pattern COPY = Pattern.compile("COPY (?:--chown=\\S+ )?(\\S+) \\S+");

    @Test
    void hasOnlyKnownInstructionsAndStages() throws IOException {
        Set<String> stages = new HashSet<>();
        for (String instruction : instructions()) {
            String[] words = instruction.split("\\s+", -1);
            assertThat(KNOWN).contains(words[0]);
            if (words[0].equals("FROM")) {
                boolean isArgument = words[1].matches("\\$\\{[A-Z_]+}");
                assertThat(isArgument || stages.contains(words[1])).as(instruction).isTrue();
                assertThat(words).as("named stages").hasSize(4);
                stages.add(words[3]);
            }
            Matcher from = Pattern.compile("--from=(\\S+)").matcher(instruction);
            if (from.find()) {
                assertThat(stages).contains(from.group(1));
            }
        }
        assertThat(stages).contains("cpu", "cuda");
    }

    @Test
    void pinsItsBaseImages() throws IOException {
        assertThat(instructions().stream().filter(line -> line.startsWith("ARG")))
                .hasSize(2)
                .allMatch(line -> line.matches("ARG [A-Z_]+=\\S+:\\d+\\.\\d+\\.\\d+\\S*"));
    }

    @Test
    void everyStageOfFlinkEndsAsFlinkUser() throws IOException {
        Map<String, String> users = new HashMap<>();
        String stage = "";
        for (String instruction : instructions()) {
            if (instruction.startsWith("FROM")) {
                stage = instruction.substring(instruction.lastIndexOf(' ') + 1);
            } else if (instruction.startsWith("USER")) {
                users.put(stage, instruction);
            }
        }
        assertThat(users)
                .containsOnlyKeys("flink", "cpu", "without-onnxruntime", "cuda")
                .allSatisfy((name, user) -> assertThat(user).isEqualTo("USER flink"));
    }

    /** Both hold the same classes, and natives for different devices. */
    @Test
    void theGpuImageHasOneOnnxRuntime() throws IOException {
        String file = Files.readString(FILE);
        String cuda = file.substring(file.indexOf("AS cuda\n"));
        assertThat(cuda)
                .contains("COPY --from=without-onnxruntime")
                .doesNotContain("udfs/target")
                .contains("onnxruntime_gpu-*.jar");
        assertThat(file.substring(file.indexOf("AS without-onnxruntime"), file.indexOf(cuda)))
                .contains("zip -qd /jars/flink-sql-llava-*.jar 'ai/onnxruntime/*'");
        assertThat(file).contains("FROM flink AS cuda\n");
    }

    /** Else the whole folder travels to the daemon, with its Git history and checkpoints. */
    @Test
    void theContextHoldsWhatIsCopied() throws IOException {
        List<String> let =
                Files.readAllLines(Path.of("docker/Dockerfile.dockerignore")).stream()
                        .filter(line -> line.startsWith("!"))
                        .map(line -> line.substring(1))
                        .toList();
        assertThat(Files.readAllLines(Path.of("docker/Dockerfile.dockerignore"))).contains("*");
        List<String> copied = new ArrayList<>();
        for (String instruction : instructions()) {
            Matcher copy = COPY.matcher(instruction);
            if (copy.matches() && !copied.contains(copy.group(1))) {
                copied.add(copy.group(1));
            }
        }
        assertThat(let).containsExactlyInAnyOrderElementsOf(copied);
    }

    @Test
    void namesTheVersionsOfTheBuild() throws IOException {
        String file = Files.readString(FILE);

        assertThat(file).contains("onnxruntime_gpu:" + property("onnxruntime.version") + " ");
        assertThat(file).contains("FLINK_IMAGE=flink:" + property("flink.version") + "-");
    }

    private static String property(String name) throws IOException {
        Matcher found =
                Pattern.compile("<" + name + ">(.*)</").matcher(Files.readString(PARENT_POM));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    private static List<String> instructions() throws IOException {
        List<String> instructions = new ArrayList<>();
        for (String line : Files.readAllLines(FILE)) {
            if (!line.isBlank() && !line.startsWith("#")) {
                instructions.add(line);
            }
        }
        return instructions;
    }
}
