package io.flinkllava.flink.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.Metric;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.EngineCounters.VisionCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import org.junit.jupiter.api.Test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import static org.assertj.core.api.Assertions.assertThat;

class LlavaMetricsTest {

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
        Histogram latency = (Histogram) registered.get("llava.inference_latency");
        assertThat(latency.getStatistics().getMax()).isEqualTo(40);
        assertThat(latency.getStatistics().getMean()).isEqualTo(30);
    }

    @Test
    void failuresAreCountedByCode() {
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "?"), Duration.ZERO);
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "?"), Duration.ZERO);
        metrics.answered(new LlavaAnswer.Failure(LlavaErrorCode.MODEL, "?"), Duration.ZERO);
        assertThat(count("llava.code.input.inference_failure")).isEqualTo(2);
        assertThat(count("llava.code.model.inference_failure")).isEqualTo(1);
        assertThat(count("llava.code.capacity.inference_failure")).isZero();
        assertThat(count("llava.inference_success")).isZero();
    }

    @Test
    void gaugesShowQueueAndEngine() {
        metrics.queue(() -> 3, 32);
        metrics.engine(
                () ->
                        new EngineCounters(
                                0, 0, 0, 0, 0, 0, 4, 10, 0, 0, new VisionCounters(5, 6, 7)));
        assertThat(gauge("llava.queue_length")).isEqualTo(3);
        assertThat(gauge("llava.queue_capacity")).isEqualTo(32);
        assertThat(gauge("llava.mean_batch_size")).isEqualTo(2.5);
        assertThat(gauge("llava.vision_cache_hits")).isEqualTo(5L);
        assertThat(gauge("llava.vision_cache_misses")).isEqualTo(6L);
        assertThat(gauge("llava.vision_cache_bytes")).isEqualTo(7L);
    }

    private static LlavaAnswer text(int promptTokens, List<Integer> ids) {
        return new LlavaAnswer.Text(
                "", ids, promptTokens, LlavaAnswer.FinishReason.STOP, LlavaAnswer.Timing.NONE);
    }

    private long count(String name) {
        return ((Counter) registered.get(name)).getCount();
    }

    private Object gauge(String name) {
        return ((Gauge<?>) registered.get(name)).getValue();
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
