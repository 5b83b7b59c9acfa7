package io.flinkllava.udfs.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.flinkllava.testing.cluster.Eventually;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.SqlFailure;
import io.flinkllava.testing.cluster.SqlGateway;
import org.apache.avro.file.DataFileReader;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
        flink =
                FlinkProcesses.named("sql-lib")
                        .configure("metrics.fetcher.update-interval", "100 ms")
                        .library(SqlJar.path())
                        .start();
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
                                + SqlScript.PREDICT
                                + SqlScript.LOAD_MODULE
                                + SqlScript.ASK,
                        List.of());
        assertThat(run.status()).as(run.output()).isZero();
        assertAnswers(AnswerFiles.rows(answers), pictures);
        assertAsked(answers, pictures);
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
        assertAsked(answers, pictures);
    }

    /** Flink's own message, and what docs/sql.md says to do about it. */
    @Test
    void aModuleThatWasLoadedBeforeTheModeWasSetIsLoadedAnew() {
        String load = SqlScript.LOAD_MODULE.strip().replace(");", ", 'execution' = 'async')");
        String ask =
                "EXPLAIN SELECT LLAVA_ASK(content, 'What?') FROM (VALUES (x'00')) AS t (content)";
        try (SqlGateway.Session session = gateway.open()) {
            session.execute(load);
            session.execute("SET 'execution.runtime-mode' = 'batch'");
            assertThatThrownBy(() -> session.execute(ask))
                    .isInstanceOf(SqlFailure.class)
                    .hasMessageContaining(
                            "Currently, only scalar functions can be used in a projection or filter"
                                    + " operation");
            session.execute("UNLOAD MODULE llava");
            session.execute(load);
            assertThat(session.execute(ask).toString()).contains("LLAVA_ASK(");
        }
    }

    /** Finished files appear with checkpoints; the folder is watched until the job is cancelled. */
    @Test
    void watchedFolderIsAnsweredOnceThoughATaskManagerIsKilled() throws IOException {
        PictureFolder many =
                PictureFolder.of(folder.resolve("pictures"), 400).withCorrupt("broken.png");
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
            Eventually.holds(
                    "rows are in flight",
                    Duration.ofMinutes(1),
                    flink::logs,
                    () -> flink.jobs().metric(job, "llava.queue_length") > 1);
            JavaProcess victim = flink.taskManagers().get(0);
            victim.kill();
            assertThat(AnswerFiles.lines(answers))
                    .as("answers when the TaskManager was killed")
                    .hasSizeLessThan(many.answers().size());
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

    /**
     * Those of docs/files.md, with the folders of this machine; without a broker topics are
     * planned.
     */
    @Test
    void statementsOfThePageAboutFilesRun() throws IOException {
        String page = Files.readString(Path.of("../docs/files.md"));
        PictureFolder photos =
                PictureFolder.of(folder.resolve("photos"), 3).withCorrupt("broken.png");
        try (SqlGateway.Session session = gateway.open()) {
            session.execute("SET 'table.dml-sync' = 'true'");
            session.execute("SET 'execution.runtime-mode' = 'batch'");
            for (MatchResult block : SQL_BLOCK.matcher(page).results().toList()) {
                for (String statement : block.group(1).split(";", -1)) {
                    String here =
                            statement
                                    .strip()
                                    .replace(
                                            "/models/llava-1.5-7b-hf",
                                            PictureFolder.model().toString())
                                    .replace("/data/", folder + "/");
                    if (here.startsWith("INSERT INTO outgoing")) {
                        session.execute("SET 'execution.runtime-mode' = 'streaming'");
                        assertThat(session.execute("EXPLAIN " + here).toString())
                                .contains("MLPredictTableFunction");
                    } else if (!here.isEmpty()) {
                        session.execute(here);
                    }
                }
            }
        }
        List<JsonNode> captions = AnswerFiles.rows(folder.resolve("answers"));
        assertThat(captions).hasSize(photos.answers().size() + 1);
        assertThat(captions).filteredOn(row -> row.path("answer").isTextual()).hasSize(3);
        assertThat(avro(folder.resolve("archive-answers")))
                .extracting(row -> row.get("answer").toString())
                .containsExactlyInAnyOrderElementsOf(
                        captions.stream()
                                .filter(row -> row.path("answer").isTextual())
                                .map(row -> row.get("answer").asText())
                                .toList());
    }

    private static List<GenericRecord> avro(Path written) throws IOException {
        List<GenericRecord> rows = new ArrayList<>();
        for (Path file : AnswerFiles.committed(written)) {
            try (DataFileReader<GenericRecord> reader =
                    new DataFileReader<>(file.toFile(), new GenericDatumReader<>())) {
                reader.forEach(rows::add);
            }
        }
        return rows;
    }

    /** Rounds of statements in one session; what the first rounds have left is what stays. */
    @Test
    void hundredStatementsOfOneSessionLeaveNothingBehind() throws IOException {
        PictureFolder few = PictureFolder.of(folder.resolve("pictures"), 2);
        try (SqlGateway.Session session = gateway.open()) {
            session.execute("SET 'execution.runtime-mode' = 'batch'");
            session.execute("SET 'parallelism.default' = '1'");
            round(session, few, ROUNDS_TO_WARM_UP);
            Growth gatewayGrowth = Growth.of(gateway.process());
            Growth taskManagerGrowth = Growth.of(flink.taskManagers().get(0));
            round(session, few, ROUNDS - ROUNDS_TO_WARM_UP);
            gatewayGrowth.isFlat("gateway", ROUNDS - ROUNDS_TO_WARM_UP);
            taskManagerGrowth.isFlat("TaskManager", ROUNDS - ROUNDS_TO_WARM_UP);
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

    static void assertAsked(Path answers, PictureFolder pictures) throws IOException {
        List<JsonNode> rows = AnswerFiles.rows(SqlScript.asked(answers));
        assertThat(rows).hasSize(pictures.answers().size() + 1);
        for (JsonNode row : rows) {
            assertThat(row.path("answer").asText(null))
                    .isEqualTo(pictures.answers().get(row.get("name").asText()));
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
