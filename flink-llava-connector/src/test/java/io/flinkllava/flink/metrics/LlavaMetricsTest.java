package io.flinkllava.flink.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.HistogramStatistics;
import org.apache.flink.metrics.Meter;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.LoopTimes;
import io.flinkllava.runtime.EngineCounters.PrefixCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelInfo;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.testing.cluster.Eventually;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import static org.assertj.core.api.Assertions.assertThat;

class LlavaMetricsTest {

    /** How Flink's reporter for Prometheus begins the names of an operator's metrics. */
    private static final String PROMETHEUS = "flink_taskmanager_job_task_operator_";

    private final Map<String, Metric> registered = new HashMap<>();
    private final LlavaMetrics metrics = new LlavaMetrics(new RecordingGroup(""));

    @Test
    void answersAreCounted() {
        metrics.requested();
        metrics.requested();
        metrics.answered(text(600, List.of(5, 6, 2)), Duration.ofMillis(40));
        metrics.answered(text(100, List.of(2)), Duration.ofMillis(20));
        assertThat(count("llava.inference_requests")).isEqualTo(2);
        assertThat(count("llava.inference_success")).isEqualTo(2);
        assertThat(count("llava.prompt_tokens")).isEqualTo(700);
        assertThat(count("llava.completion_tokens")).isEqualTo(4);
        assertThat(histogram("llava.inference_latency").getMax()).isEqualTo(40);
        assertThat(histogram("llava.inference_latency").getMean()).isEqualTo(30);
        assertThat(histogram("llava.time_to_first_token").getMax()).isEqualTo(6);
        assertThat(histogram("llava.picture_decode_time").getMax()).isEqualTo(1);
    }

    @Test
    void whatHappensToARequestIsCounted() {
        metrics.requested();
        metrics.requested();
        metrics.requested();
        metrics.requested();
        metrics.retried();
        metrics.timedOut();
        metrics.deadLetter();
        metrics.answeredFromMemory(Duration.ofMillis(1));
        assertThat(count("llava.inference_retries")).isEqualTo(1);
        assertThat(count("llava.inference_timeouts")).isEqualTo(1);
        assertThat(count("llava.dead_letters")).isEqualTo(1);
        assertThat(count("llava.deduplicated_requests")).isEqualTo(1);
        assertThat(gauge("llava.deduplication_hit_rate")).isEqualTo(0.25);
    }

    @Test
    void failuresAreCountedTogetherAndByCode() {
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "?"), Duration.ZERO);
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "?"), Duration.ZERO);
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "?"), Duration.ZERO);
        assertThat(count("llava.inference_failure")).isEqualTo(3);
        assertThat(count("llava.code.input.inference_failure")).isEqualTo(2);
        assertThat(count("llava.code.model.inference_failure")).isEqualTo(1);
        assertThat(count("llava.code.capacity.inference_failure")).isZero();
        assertThat(count("llava.inference_success")).isZero();
    }

    @Test
    void gaugesShowQueueAndModel() {
        metrics.queue(() -> 3, () -> 32);
        metrics.model(() -> Optional.of(new Idle()), () -> 1500);
        assertThat(gauge("llava.queue_length")).isEqualTo(3);
        assertThat(gauge("llava.queue_capacity")).isEqualTo(32);
        assertThat(gauge("llava.mean_batch_size")).isEqualTo(2.5);
        assertThat(gauge("llava.batch_occupancy")).isEqualTo(0.3125);
        assertThat(gauge("llava.bytes_to_device_per_step")).isEqualTo(100.0);
        assertThat(gauge("llava.bytes_from_device_per_step")).isEqualTo(8.0);
        assertThat(gauge("llava.model_load_time")).isEqualTo(1500L);
        assertThat(gauge("llava.vision_cache_hits")).isEqualTo(5L);
        assertThat(gauge("llava.vision_cache_misses")).isEqualTo(6L);
        assertThat(gauge("llava.vision_cache_bytes")).isEqualTo(7L);
        assertThat(gauge("llava.prefix_cache_hits")).isEqualTo(11L);
        assertThat(gauge("llava.prefix_cache_tokens")).isEqualTo(12L);
        assertThat(gauge("llava.prefill_chunks")).isEqualTo(10L);
        assertThat(gauge("llava.cancelled_requests")).isEqualTo(8L);
        assertThat(gauge("llava.late_requests")).isEqualTo(9L);
        assertThat(gauge("llava.engine_overhead")).isEqualTo(0.25);
    }

    @Test
    void nativeMemoryIsThatOfTheWholeProcess() {
        metrics.model(Optional::empty, () -> 0);
        // Models of other tests may still be closing.
        Eventually.holds(
                "the gauge shows a megabyte more",
                Duration.ofMinutes(2),
                () -> "It shows " + gauge("llava.native_bytes"),
                () -> {
                    long before = (long) gauge("llava.native_bytes");
                    NativeLedger.allocated(-1, 1 << 20);
                    try {
                        return gauge("llava.native_bytes").equals(before + (1 << 20));
                    } finally {
                        NativeLedger.freed(-1);
                    }
                });
    }

    @Test
    void equalFunctionsCountTogetherAndOthersApart() {
        RecordingGroup group = new RecordingGroup("function.ask.");
        LlavaMetrics first = shared(group);
        LlavaMetrics second = shared(group);
        LlavaMetrics other = shared(new RecordingGroup("function.caption."));
        first.requested();
        second.requested();
        other.requested();
        assertThat(count("function.ask.llava.inference_requests")).isEqualTo(2);
        assertThat(count("function.caption.llava.inference_requests")).isEqualTo(1);
    }

    @Test
    void equalFunctionsShowTheirQueueAndModel() {
        LlavaMetrics ask = shared(new RecordingGroup("function.ask."));
        ask.requested();
        ask.requested();
        ask.requested();
        ask.answered(text(1, List.of(2)), Duration.ZERO);
        ask.answered(new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "?"), Duration.ZERO);
        assertThat(gauge("function.ask.llava.queue_length")).isEqualTo(1);
        assertThat(gauge("function.ask.llava.queue_capacity")).isEqualTo(32);
        assertThat(gauge("function.ask.llava.batch_occupancy")).isEqualTo(0.3125);
        assertThat(gauge("function.ask.llava.model_load_time")).isEqualTo(1500L);
    }

    private static LlavaMetrics shared(RecordingGroup group) {
        return LlavaMetrics.shared(group, new Idle(), Duration.ofMillis(1500), 32);
    }

    @Test
    void gaugesOfNoModelAreZero() {
        metrics.model(Optional::empty, () -> 0);
        assertThat(gauge("llava.mean_batch_size")).isEqualTo(0.0);
        assertThat(gauge("llava.batch_occupancy")).isEqualTo(0.0);
    }

    @Test
    void documentationNamesEveryMetric() throws IOException {
        metrics.queue(() -> 0, () -> 1);
        metrics.model(Optional::empty, () -> 0);
        Set<String> named =
                Pattern.compile("^\\| `([a-z_.<>]+)` \\|", Pattern.MULTILINE)
                        .matcher(Files.readString(Path.of("../docs/operations.md")))
                        .results()
                        .map(row -> "llava." + row.group(1))
                        .collect(Collectors.toSet());
        Set<String> all =
                registered.keySet().stream()
                        .map(name -> name.replaceFirst("code\\.[a-z]+", "code.<code>"))
                        .collect(Collectors.toSet());
        assertThat(named).containsExactlyInAnyOrderElementsOf(all);
    }

    @ParameterizedTest
    @ValueSource(strings = {"flink-llava.json", "alerts.yml"})
    void dashboardAndAlertsNameMetricsThatAreThere(String file) throws IOException {
        metrics.queue(() -> 0, () -> 1);
        metrics.model(Optional::empty, () -> 0);
        Set<String> there =
                registered.keySet().stream()
                        .map(name -> name.replaceFirst("code\\.[a-z]+", "code"))
                        .map(name -> PROMETHEUS + name.replace('.', '_'))
                        .collect(Collectors.toSet());
        Set<String> named =
                Pattern.compile("flink_[a-z_]+")
                        .matcher(Files.readString(Path.of("../docs/grafana/" + file)))
                        .results()
                        .map(MatchResult::group)
                        .collect(Collectors.toSet());
        assertThat(named).isNotEmpty().isSubsetOf(there);
    }

    private static LlavaAnswer.Text text(int promptTokens, List<Integer> ids) {
        return new LlavaAnswer.Text(
                "",
                ids,
                promptTokens,
                LlavaAnswer.FinishReason.STOP,
                new LlavaAnswer.Timing(1_000_000, 2_000_000, 3_000_000, 4_000_000));
    }

    private HistogramStatistics histogram(String name) {
        return ((Histogram) registered.get(name)).getStatistics();
    }

    private long count(String name) {
        return ((Counter) registered.get(name)).getCount();
    }

    private Object gauge(String name) {
        return ((Gauge<?>) registered.get(name)).getValue();
    }

    /** A model that has done something and does nothing. */
    private static final class Idle implements LlavaModel {
        @Override
        public CompletableFuture<LlavaAnswer> submit(LlavaRequest request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ModelInfo info() {
            return new ModelInfo("idle", "00", "llava", Device.CPU, 8, 512);
        }

        @Override
        public EngineCounters counters() {
            return new EngineCounters(
                    0,
                    0,
                    0,
                    0,
                    0,
                    0,
                    4,
                    10,
                    400,
                    32,
                    new VisionCounters(5, 6, 7),
                    8,
                    9,
                    10,
                    new PrefixCounters(11, 12),
                    new LoopTimes(750, 1000));
        }

        @Override
        public void close() {}
    }

    /** Remembers what is registered by its full name. */
    private final class RecordingGroup extends UnregisteredMetricsGroup {

        private final String path;

        RecordingGroup(String path) {
            this.path = path;
        }

        @Override
        public Counter counter(String name) {
            return remember(name, super.counter(name));
        }

        @Override
        public <H extends Histogram> H histogram(String name, H histogram) {
            return remember(name, histogram);
        }

        @Override
        public <M extends Meter> M meter(String name, M meter) {
            return remember(name, meter);
        }

        @Override
        public <T, G extends Gauge<T>> G gauge(String name, G gauge) {
            return remember(name, gauge);
        }

        @Override
        public MetricGroup addGroup(String name) {
            return new RecordingGroup(path + name + ".");
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return addGroup(key).addGroup(value);
        }

        private <M extends Metric> M remember(String name, M metric) {
            registered.put(path + name, metric);
            return metric;
        }
    }
}
