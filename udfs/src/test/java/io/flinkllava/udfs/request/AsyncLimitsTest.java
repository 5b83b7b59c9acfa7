package io.flinkllava.udfs.request;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.config.ExecutionConfigOptions;
import org.apache.flink.testutils.logging.LoggerAuditingExtension;

import io.flinkllava.flink.options.LlavaSettings;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.event.Level;

import java.time.Duration;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class AsyncLimitsTest {

    @RegisterExtension
    final LoggerAuditingExtension log = new LoggerAuditingExtension(AsyncLimits.class, Level.WARN);

    private static final AsyncLimits LIMITS =
            AsyncLimits.of(
                    Configuration.fromMap(Map.of("table.exec.async-ml-predict.timeout", "100 s")),
                    ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_TIMEOUT,
                    ExecutionConfigOptions.TABLE_EXEC_ASYNC_ML_PREDICT_MAX_CONCURRENT_OPERATIONS);

    @Test
    void requestsHaveFourFifthsOfFlinksTime() {
        LlavaSettings settings = LlavaSettings.read("here", Map.of("model", "/m"));
        assertThat(LIMITS.applyTo("here", settings).requestTimeout())
                .isEqualTo(Duration.ofSeconds(80));
        assertThat(
                        LIMITS.withTimeout(Duration.ofSeconds(10))
                                .applyTo("here", settings)
                                .requestTimeout())
                .isEqualTo(Duration.ofSeconds(8));
    }

    @Test
    void itIsSaidWhereTheBatchWouldNotBeFull() {
        LIMITS.applyTo("Model m", LlavaSettings.read("here", Map.of("model", "/m")));
        assertThat(log.getMessages()).isEmpty();
        LIMITS.withInFlight(3)
                .applyTo("Model m", LlavaSettings.read("here", Map.of("model", "/m")));
        assertThat(log.getMessages())
                .containsExactly(
                        "Model m: the batch has room for 8 rows, but only 3 may be in flight in a"
                                + " subtask. Raise"
                                + " table.exec.async-ml-predict.max-concurrent-operations to 16 or"
                                + " more.");
    }

    @Test
    void whatTheUserSaidStays() {
        LlavaSettings settings =
                LlavaSettings.read("here", Map.of("model", "/m", "request-timeout", "99 s"));
        assertThat(LIMITS.applyTo("here", settings)).isEqualTo(settings);
    }
}
