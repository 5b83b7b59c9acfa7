package io.flinkllava.udfs;

import org.apache.flink.table.api.DataTypes;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.testing.GoldenRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** Rows that are in flight together are answered together. */
class MicroBatchITCase {

    private static final int BATCH = 4;
    private static final int SLOTS = 2 * BATCH;
    private static final int ROWS = 96;
    private static final double ENOUGH = 0.8;

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(SLOTS);

    private final List<GoldenRequest> golden = SqlSession.questions("llava15");

    /** Each test has a queue of its own length, by which its model is found. */
    private static String[] options(int queue, String... more) {
        List<String> options =
                new java.util.ArrayList<>(
                        List.of(
                                "model", SqlSession.checkpoint("llava15"),
                                "device", "cpu",
                                "max-batch-size", String.valueOf(BATCH),
                                "max-sequence-length", "256",
                                "max-new-tokens", "128",
                                "min-new-tokens", "128",
                                "max-queued-requests", String.valueOf(queue)));
        options.addAll(List.of(more));
        return options.toArray(String[]::new);
    }

    private SqlSession rows(int parallelism) {
        SqlSession sql = SqlSession.streaming(parallelism);
        sql.tables()
                .createTemporaryView(
                        "photos",
                        sql.tables()
                                .fromValues(
                                        DataTypes.ROW(
                                                DataTypes.FIELD("image", DataTypes.BYTES()),
                                                DataTypes.FIELD("question", DataTypes.STRING())),
                                        Row.of(
                                                golden.get(0).request().images().get(0),
                                                "What is this?")));
        sql.run(
                "CREATE TEMPORARY TABLE numbers (n INT) WITH ('connector' = 'datagen',"
                        + " 'number-of-rows' = '"
                        + ROWS
                        + "', 'fields.n.kind' = 'sequence', 'fields.n.start' = '1', 'fields.n.end'"
                        + " = '"
                        + ROWS
                        + "')");
        return sql;
    }

    private static void wasFull(int queue) {
        EngineCounters counters =
                ModelPool.shared().models().stream()
                        .filter(
                                model ->
                                        model.key().options().limits().maxQueuedRequests() == queue)
                        .findFirst()
                        .orElseThrow()
                        .counters();
        assertThat(counters.finished()).isEqualTo(ROWS);
        assertThat(counters.meanBatchSize()).isGreaterThanOrEqualTo(ENOUGH * BATCH);
    }

    @Test
    void mlPredictFillsTheBatchFromOneSubtask() {
        SqlSession sql = rows(1);
        sql.run(
                "CREATE MODEL m INPUT (image BYTES, question STRING) OUTPUT (answer STRING) "
                        + SqlSession.with(options(101, "provider", "llava")));
        assertThat(
                        sql.run(
                                "SELECT n, answer FROM ML_PREDICT((SELECT image, question || CAST(n"
                                        + " AS STRING) AS question, n FROM photos, numbers), MODEL"
                                        + " m, DESCRIPTOR(image, question))"))
                .hasSize(ROWS);
        wasFull(101);
    }

    @Test
    void theTableFunctionFillsTheBatchFromOneSubtask() {
        SqlSession sql = rows(1);
        sql.run("LOAD MODULE llava " + SqlSession.with(options(102)));
        assertThat(
                        sql.run(
                                "SELECT n, answer FROM photos, numbers, LATERAL"
                                        + " TABLE(LLAVA_ASK_ROWS(image, question || CAST(n AS"
                                        + " STRING)))"))
                .hasSize(ROWS);
        wasFull(102);
    }

    @Test
    void functionsThatWaitFillTheBatchOfADeviceFromManySubtasks() {
        SqlSession sql = rows(SLOTS);
        sql.run("LOAD MODULE llava " + SqlSession.with(options(103, "scope", "device")));
        byte[] picture = golden.get(0).request().images().get(0);
        assertThat(
                        sql.run(
                                "SELECT n, LLAVA_ASK("
                                        + SqlSession.literal(picture)
                                        + ", 'What is this?' || CAST(n AS STRING)) FROM numbers"))
                .hasSize(ROWS);
        wasFull(103);
    }
}
