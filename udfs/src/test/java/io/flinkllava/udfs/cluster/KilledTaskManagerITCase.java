package io.flinkllava.udfs.cluster;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.cluster.Eventually;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.JobJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** A machine dies while its model is in the middle of a batch. */
class KilledTaskManagerITCase {

    /**
     * Far more than any machine answers, so that there is always a batch to be in the middle of.
     */
    private static final int PER_SECOND = 100_000;

    /** So many that a fast machine is not through with them before it is looked at. */
    private static final int QUESTIONS = 10_000;

    private static final Pattern TAKEN_BACK =
            Pattern.compile("LlavaOperator +Takes back [0-9]+ records");
    private static final Pattern LOADED = Pattern.compile("ModelPool +Loaded ");

    @Test
    void answersAreCompleteAndSingleAndTheOthersKeepTheirModel(@TempDir Path folder)
            throws IOException {
        Path output = folder.resolve("answers");
        Path job = JobJar.with(folder.resolve("ask.jar"), List.of(SqlJar.path()));
        String model = Golden.checkpoint("llava15").toString();
        String picture = Golden.image("img0.png").toString();
        try (FlinkProcesses flink =
                FlinkProcesses.named("killed-taskmanager")
                        .configure("taskmanager.numberOfTaskSlots", "1")
                        .configure("parallelism.default", "2")
                        .configure("metrics.fetcher.update-interval", "100")
                        // Else what waits in the network would be answered before it is committed.
                        .configure("execution.checkpointing.unaligned.enabled", "true")
                        .taskManagers(2)
                        .start()) {
            String id =
                    flink.submit(
                            job,
                            AskJob.class,
                            model,
                            picture,
                            output.toString(),
                            Integer.toString(QUESTIONS),
                            Integer.toString(PER_SECOND));
            Eventually.holds(
                    "answers are committed",
                    Duration.ofMinutes(1),
                    flink::logs,
                    () -> !AnswerFiles.lines(output).isEmpty());
            assertThat(flink.jobs().state(id)).isEqualTo("RUNNING");
            JavaProcess victim = flink.taskManagers().get(0);
            JavaProcess survivor = flink.taskManagers().get(1);

            Eventually.holds(
                    "rows are in flight everywhere",
                    Duration.ofMinutes(1),
                    flink::logs,
                    () -> flink.jobs().least(id, LlavaMetrics.QUEUE_LENGTH).orElse(0) > 0);
            victim.kill();
            flink.startTaskManager();
            flink.jobs().await(id, "FINISHED");

            assertThat(AnswerFiles.lines(output))
                    .containsExactlyInAnyOrderElementsOf(expected(model, picture));
            assertThat(flink.taskManagers().stream().map(JavaProcess::output))
                    .as("TaskManagers that go on with what was in flight")
                    .anyMatch(log -> TAKEN_BACK.matcher(log).find());
            assertThat(survivor.output()).containsPattern("llava-ask.*#[1-9].*to RUNNING");
            assertThat(survivor.output().lines().filter(line -> LOADED.matcher(line).find()))
                    .as("models loaded by the TaskManager that lived on")
                    .hasSize(1);
        }
    }

    /** What nobody disturbs; answers that are alike would hide that two were mixed up. */
    private static List<String> expected(String model, String picture) throws IOException {
        byte[] encoded = Files.readAllBytes(Path.of(picture));
        List<LlavaAnswer.Text> answers = new ArrayList<>();
        try (LlavaModel llava = LlavaModel.open(Path.of(model), AskJob.OPTIONS)) {
            for (int number = 0; number < AskJob.DIFFERENT; number++) {
                LlavaRequest request =
                        LlavaRequest.ask(encoded, AskJob.question(number))
                                .withGeneration(AskJob.GENERATION);
                answers.add((LlavaAnswer.Text) llava.submit(request).join());
            }
        }
        assertThat(answers).extracting(LlavaAnswer.Text::text).doesNotHaveDuplicates();
        return IntStream.range(0, QUESTIONS)
                .mapToObj(number -> AskJob.line(number, answers.get(number % AskJob.DIFFERENT)))
                .toList();
    }
}
