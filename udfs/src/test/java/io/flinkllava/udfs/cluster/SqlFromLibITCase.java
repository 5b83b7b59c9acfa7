package io.flinkllava.udfs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.testing.cluster.Eventually;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.Footprint;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.SqlGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** SQL scripts on a cluster that has the SQL jar in {@code lib}. */
class SqlFromLibITCase {

    private static final Pattern SQL_BLOCK = Pattern.compile("```sql\\n(.*?)```", Pattern.DOTALL);
    private static final int ROUNDS = Integer.getInteger("llava.soak.rounds", 20);
    private static final int ROUNDS_TO_WARM_UP = 8;

    @TempDir private static Path shared;

    private static FlinkProcesses flink;
    private static SqlGateway gateway;
    private static PictureFolder pictures;

    @TempDir private Path folder;

    @BeforeAll
    static void start() throws IOException {
        pictures = PictureFolder.of(shared.resolve("pictures"), 12).withCorrupt("broken.png");
        flink = FlinkProcesses.named("sql-lib").library(SqlJar.path()).start();
        gateway = flink.startSqlGateway();
    }

    @AfterAll
    static void stop() {
        if (flink != null) {
            flink.close();
        }
    }

    @Test
    void sqlClientCaptionsAFolderInBatchMode() throws IOException {
        Path answers = folder.resolve("answers");
        FlinkProcesses.ClientRun run =
                flink.runSql(
                        "SET 'execution.runtime-mode' = 'batch';\nSET 'table.dml-sync' = 'true';\n"
                                + SqlScript.declarations(pictures, answers, "")
                                + SqlScript.PREDICT,
                        List.of());
        assertThat(run.status()).as(run.output()).isZero();
        assertAnswers(AnswerFiles.rows(answers), pictures);
    }

    @Test
    void functionOfTheModuleAnswersInStreamingMode() throws IOException {
        Path answers = folder.resolve("answers");
        try (SqlGateway.Session session = gateway.open()) {
            session.executeAll(
                    "SET 'table.dml-sync' = 'true';\n"
                            + SqlScript.declarations(pictures, answers, "")
                            + SqlScript.LOAD_MODULE
                            + SqlScript.ASK);
        }
        List<JsonNode> rows = AnswerFiles.rows(answers);
        assertThat(rows).hasSize(pictures.answers().size() + 1);
        for (JsonNode row : rows) {
            assertThat(row.path("answer").asText(null))
                    .isEqualTo(pictures.answers().get(row.get("name").asText()));
        }
    }

    /** Finished files appear with checkpoints; the folder is watched until the job is cancelled. */
    @Test
    void watchedFolderIsAnsweredOnceThoughATaskManagerIsKilled() throws IOException {
        PictureFolder many =
                PictureFolder.of(folder.resolve("pictures"), 150).withCorrupt("broken.png");
        Path answers = folder.resolve("answers");
        try (SqlGateway.Session session = gateway.open()) {
            session.executeAll(
                    "SET 'execution.checkpointing.interval' = '300 ms';\n"
                            + "SET 'parallelism.default' = '1';\n"
                            + SqlScript.declarations(
                                    many, answers, ", 'source.monitor-interval' = '100 ms'"));
            String job = session.execute(SqlScript.PREDICT.strip()).get(0).get(0);
            Eventually.holds(
                    "answers are committed",
                    Duration.ofMinutes(1),
                    flink::logs,
                    () -> !AnswerFiles.lines(answers).isEmpty());
            JavaProcess victim = flink.taskManagers().get(0);
            victim.kill();
            flink.startTaskManager();
            Eventually.holds(
                    "all pictures are answered",
                    Duration.ofMinutes(2),
                    flink::logs,
                    () -> AnswerFiles.lines(answers).size() >= many.answers().size() + 1);
            flink.jobs().cancel(job);
        }
        assertAnswers(AnswerFiles.rows(answers), many);
    }

    /** Those of docs/files.md, with the folders of this machine; queries are planned. */
    @Test
    void statementsOfThePageAboutFilesArePlanned() throws IOException {
        String page = Files.readString(Path.of("../docs/files.md"));
        try (SqlGateway.Session session = gateway.open()) {
            for (MatchResult block : SQL_BLOCK.matcher(page).results().toList()) {
                for (String statement : block.group(1).split(";", -1)) {
                    String here =
                            statement
                                    .strip()
                                    .replace(
                                            "/models/llava-1.5-7b-hf",
                                            PictureFolder.model().toString())
                                    .replace("/data/", folder + "/");
                    if (here.startsWith("INSERT")) {
                        assertThat(session.execute("EXPLAIN " + here).toString())
                                .contains("MLPredictTableFunction");
                    } else if (!here.isEmpty()) {
                        session.execute(here);
                    }
                }
            }
        }
    }

    /** Rounds of statements in one session; what the first rounds have left is what stays. */
    @Test
    void hundredStatementsOfOneSessionLeaveNothingBehind() throws IOException {
        PictureFolder few = PictureFolder.of(folder.resolve("pictures"), 2);
        try (SqlGateway.Session session = gateway.open()) {
            session.execute("SET 'execution.runtime-mode' = 'batch'");
            session.execute("SET 'parallelism.default' = '1'");
            round(session, few, ROUNDS_TO_WARM_UP);
            Footprint gatewayBefore = gateway.process().footprint();
            Footprint taskManagerBefore = flink.taskManagers().get(0).footprint();
            round(session, few, ROUNDS - ROUNDS_TO_WARM_UP);
            Growth.between(gatewayBefore, gateway.process().footprint()).assertFlat("gateway");
            Growth.between(taskManagerBefore, flink.taskManagers().get(0).footprint())
                    .assertFlat("TaskManager");
        }
    }

    /** Five statements a round, one of them a job. */
    private void round(SqlGateway.Session session, PictureFolder few, int times) {
        for (int i = 0; i < times; i++) {
            session.execute(
                    "CREATE TABLE photos (content BYTES) WITH ('connector' = 'filesystem',"
                            + " 'format' = 'image', 'path' = '"
                            + few.path()
                            + "')");
            session.execute(SqlScript.model("device"));
            assertThat(
                            session.execute(
                                    "SELECT COUNT(answer) FROM ML_PREDICT((SELECT content, '"
                                            + PictureFolder.QUESTION
                                            + "' AS question FROM photos), MODEL ask,"
                                            + " DESCRIPTOR(content, question))"))
                    .contains(List.of("2"));
            session.execute("DROP MODEL ask");
            session.execute("DROP TABLE photos");
        }
    }

    static void assertAnswers(List<JsonNode> rows, PictureFolder pictures) {
        assertThat(rows).extracting(row -> row.get("name").asText()).doesNotHaveDuplicates();
        for (JsonNode row : rows) {
            if (row.get("name").asText().equals("broken.png")) {
                assertThat(row.path("answer").isTextual()).isFalse();
                assertThat(row.get("error").asText()).isEqualTo("The picture is NULL");
            } else {
                assertThat(pictures.answers())
                        .contains(Map.entry(row.get("name").asText(), row.get("answer").asText()));
                assertThat(row.path("error").isTextual()).isFalse();
            }
        }
        assertThat(rows).hasSize(pictures.answers().size() + 1);
    }
}
