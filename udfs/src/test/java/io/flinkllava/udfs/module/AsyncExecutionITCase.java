package io.flinkllava.udfs.module;

import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.testing.GoldenRequest;
import io.flinkllava.udfs.SqlCluster;
import io.flinkllava.udfs.SqlSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/** {@code 'execution' = 'async'}, and why it is not the default. */
class AsyncExecutionITCase {

    private static final String LOAD =
            "LOAD MODULE llava "
                    + SqlSession.with(
                            "model", SqlSession.checkpoint("llava15"),
                            "execution", "async",
                            "device", "cpu",
                            "max-sequence-length", "512",
                            "max-new-tokens", "24");

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(1);

    @Test
    void answersAreTheSame() {
        List<GoldenRequest> golden = SqlSession.questions("llava15");
        SqlSession sql = SqlSession.streaming().view("photos", golden);
        sql.run(LOAD);
        assertThat(sql.tables().explainSql("SELECT LLAVA_ASK(image, question) FROM photos"))
                .contains("AsyncCalc");
        assertThat(sql.run("SELECT id, LLAVA_ASK(image, question) FROM photos"))
                .containsExactlyInAnyOrderElementsOf(
                        golden.stream().map(one -> Row.of(one.id(), one.text())).toList());
    }

    @Test
    void inBatchTheFunctionsWait() {
        List<GoldenRequest> golden = SqlSession.questions("llava15").subList(0, 1);
        SqlSession sql = SqlSession.batch().view("photos", golden);
        sql.run(LOAD);
        assertThat(sql.run("SELECT LLAVA_ASK(image, question) FROM photos"))
                .containsExactly(Row.of(golden.get(0).text()));
    }

    /**
     * Pins a fault of Flink 2.3.0: NULLs that pass by an asynchronous scalar function become '' and
     * -1. When this fails, Flink has mended it, and 'async' can become the default in streaming.
     */
    @Test
    void flinkTurnsNullsThatPassByIntoValues() {
        SqlSession sql = SqlSession.streaming();
        sql.run(LOAD);
        sql.run(
                "CREATE TEMPORARY TABLE marked (id INT, m STRING, n INT) WITH ('connector' ="
                        + " 'datagen', 'number-of-rows' = '2', 'fields.m.null-rate' = '1',"
                        + " 'fields.n.null-rate' = '1')");
        byte[] picture = SqlSession.questions("llava15").get(0).request().images().get(0);
        String ask =
                "LLAVA_ASK(" + SqlSession.literal(picture) + ", 'Who is ' || CAST(id AS STRING))";
        assertThat(sql.run("SELECT m, n FROM marked")).containsOnly(Row.of(null, null));
        assertThat(sql.run("SELECT m, n, " + ask + " FROM marked"))
                .extracting(row -> row.getField(0), row -> row.getField(1))
                .containsOnly(tuple("", -1));
    }
}
