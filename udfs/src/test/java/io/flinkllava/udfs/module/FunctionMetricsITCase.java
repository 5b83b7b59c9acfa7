package io.flinkllava.udfs.module;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.table.api.TableResult;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;

import io.flinkllava.testing.GoldenRequest;
import io.flinkllava.udfs.SqlCluster;
import io.flinkllava.udfs.SqlSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** What a reporter sees of functions that are in one operator. */
class FunctionMetricsITCase {

    private static final InMemoryReporter REPORTER = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            SqlCluster.withSlots(1, REPORTER.addToConfiguration(new Configuration()));

    @Test
    void equalFunctionsOfAnOperatorAreCountedTogether() {
        List<GoldenRequest> golden = SqlSession.questions("llava15").subList(0, 3);
        SqlSession sql = SqlSession.streaming().view("photos", golden);
        sql.run(
                "LOAD MODULE llava "
                        + SqlSession.with(
                                "model", SqlSession.checkpoint("llava15"),
                                "device", "cpu",
                                "max-sequence-length", "512",
                                "max-new-tokens", "2"));
        TableResult result =
                sql.tables()
                        .executeSql(
                                "SELECT LLAVA_ASK(image, question), LLAVA_ASK(image, 'Why?'),"
                                        + " LLAVA_CAPTION(image) FROM photos");
        List<Row> rows = new ArrayList<>();
        // The rows' iterator gives its resources back at the end of the rows.
        result.collect().forEachRemaining(rows::add);
        assertThat(rows).hasSameSizeAs(golden);

        assertThat(requests(result, "LLAVA_ASK")).isEqualTo(2L * golden.size());
        assertThat(requests(result, "LLAVA_CAPTION")).isEqualTo(golden.size());
    }

    /** Of all operators; the planner makes one of each row of the view. */
    private static long requests(TableResult result, String function) {
        return REPORTER
                .findMetrics(
                        result.getJobClient().orElseThrow().getJobID(),
                        "function\\."
                                + function
                                + "\\.model\\.standard\\.llava\\.inference_requests$")
                .values()
                .stream()
                .mapToLong(metric -> ((Counter) metric).getCount())
                .sum();
    }
}
