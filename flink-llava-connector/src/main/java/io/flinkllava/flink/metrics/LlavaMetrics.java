package io.flinkllava.flink.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The metrics of one subtask, in the group {@value #GROUP}. Counters count what this subtask asked
 * for; {@value #MEAN_BATCH_SIZE} and the vision cache are the model's, which other subtasks may
 * share.
 *
 * <p>Failures are counted apart for each code: {@code llava.code.<code>.inference_failure}.
 * Latencies are in milliseconds from a record's arrival to its answer.
 *
 * <p>Threading: the task's thread counts; reporters read from theirs.
 */
public final class LlavaMetrics {

    public static final String GROUP = "llava";
    public static final String CODE_GROUP = "code";
    public static final String REQUESTS = "inference_requests";
    public static final String SUCCESSES = "inference_success";
    public static final String FAILURES = "inference_failure";
    public static final String LATENCY = "inference_latency";
    public static final String PROMPT_TOKENS = "prompt_tokens";
    public static final String COMPLETION_TOKENS = "completion_tokens";
    public static final String QUEUE_LENGTH = "queue_length";
    public static final String QUEUE_CAPACITY = "queue_capacity";
    public static final String MEAN_BATCH_SIZE = "mean_batch_size";
    public static final String VISION_CACHE_HITS = "vision_cache_hits";
    public static final String VISION_CACHE_MISSES = "vision_cache_misses";
    public static final String VISION_CACHE_BYTES = "vision_cache_bytes";

    private static final int LATENCY_WINDOW = 1000;

    private final MetricGroup group;
    private final Counter requests;
    private final Counter successes;
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Map<LlavaErrorCode, Counter> failures = new EnumMap<>(LlavaErrorCode.class);
    private final Histogram latency;

    public LlavaMetrics(MetricGroup operatorGroup) {
        group = operatorGroup.addGroup(GROUP);
        requests = group.counter(REQUESTS);
        successes = group.counter(SUCCESSES);
        promptTokens = group.counter(PROMPT_TOKENS);
        completionTokens = group.counter(COMPLETION_TOKENS);
        latency = group.histogram(LATENCY, new DescriptiveStatisticsHistogram(LATENCY_WINDOW));
        for (LlavaErrorCode code : LlavaErrorCode.values()) {
            String label = code.name().toLowerCase(Locale.ROOT);
            failures.put(code, group.addGroup(CODE_GROUP, label).counter(FAILURES));
        }
    }

    /** Shows the requests in flight and how many there may be. */
    public void queue(Supplier<Integer> length, int capacity) {
        group.gauge(QUEUE_LENGTH, (Gauge<Integer>) length::get);
        group.gauge(QUEUE_CAPACITY, (Gauge<Integer>) () -> capacity);
    }

    /** Shows what the model says of itself. */
    public void engine(Supplier<EngineCounters> counters) {
        group.gauge(MEAN_BATCH_SIZE, (Gauge<Double>) () -> counters.get().meanBatchSize());
        group.gauge(VISION_CACHE_HITS, (Gauge<Long>) () -> counters.get().vision().hits());
        group.gauge(VISION_CACHE_MISSES, (Gauge<Long>) () -> counters.get().vision().misses());
        group.gauge(VISION_CACHE_BYTES, (Gauge<Long>) () -> counters.get().vision().bytes());
    }

    /** Counts a request. */
    public void requested() {
        requests.inc();
    }

    /** Counts an answer of either kind. */
    public void answered(LlavaAnswer answer, Duration took) {
        latency.update(took.toMillis());
        if (answer instanceof LlavaAnswer.Text text) {
            successes.inc();
            promptTokens.inc(text.promptTokens());
            completionTokens.inc(text.completionTokens());
        } else {
            failures.get(((LlavaAnswer.Failure) answer).code()).inc();
        }
    }
}
