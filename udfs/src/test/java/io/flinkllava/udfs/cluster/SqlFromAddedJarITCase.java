package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.SqlGateway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** SQL scripts that bring the SQL jar along to a cluster that does not know it. */
class SqlFromAddedJarITCase {

    @TempDir private static Path shared;

    private static FlinkProcesses flink;
    private static PictureFolder pictures;

    @TempDir private Path folder;

    @BeforeAll
    static void start() throws IOException {
        pictures = PictureFolder.of(shared.resolve("pictures"), 12).withCorrupt("broken.png");
        flink = FlinkProcesses.named("sql-added-jar").start();
    }

    @AfterAll
    static void stop() {
        if (flink != null) {
            flink.close();
        }
    }

    @Test
    void sqlClientWithTheJarCaptionsAFolderInStreamingMode() throws IOException {
        Path answers = folder.resolve("answers");
        FlinkProcesses.ClientRun run =
                flink.runSql(
                        "SET 'execution.runtime-mode' = 'streaming';\nSET 'table.dml-sync' = 'true';\n"
                                + SqlScript.declarations(pictures, answers, "")
                                + SqlScript.PREDICT
                                + SqlScript.LOAD_MODULE
                                + SqlScript.ASK,
                        List.of(SqlJar.path()));
        assertThat(run.status()).as(run.output()).isZero();
        SqlFromLibITCase.assertAnswers(AnswerFiles.rows(answers), pictures);
        SqlFromLibITCase.assertAsked(answers, pictures);
    }

    @Test
    void sessionOfAGatewayMayAddTheJar() throws IOException {
        Path answers = folder.resolve("answers");
        try (SqlGateway gateway = flink.startSqlGateway();
                SqlGateway.Session session = gateway.open()) {
            session.executeAll(
                    "ADD JAR '"
                            + SqlJar.path()
                            + "';\nSET 'execution.runtime-mode' = 'batch';\nSET 'table.dml-sync' = 'true';\n"
                            + SqlScript.declarations(pictures, answers, "")
                            + SqlScript.PREDICT);
        }
        SqlFromLibITCase.assertAnswers(AnswerFiles.rows(answers), pictures);
    }
}
