package io.flinkllava.flink.metrics;

import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.Gauge;
import org.apache.flink.metrics.Histogram;
import org.apache.flink.metrics.MeterView;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.runtime.metrics.DescriptiveStatisticsHistogram;

import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.pool.ModelPool;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.WeakHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The metrics of one subtask, in the group {@value #GROUP}. Counters, rates and histograms are of
 * what this subtask asked for; gauges of the model ({@link #model}) are the model's, which other
 * subtasks may share. {@code docs/operations.md} says what each means.
 *
 * <p>Failures are counted together, {@code llava.inference_failure}, and apart for each code,
 * {@code llava.code.<code>.inference_failure}. Times are in milliseconds.
 *
 * <p>Threading: the task's thread counts, or whoever holds the monitor of {@link #shared} ones;
 * reporters read from theirs.
 */
public final class LlavaMetrics {

    /** The group of all metrics, below that of the operator or function. */
    public static final String GROUP = "llava";

    /** The key of the groups of failures, with the code in lower case as its value. */
    public static final String CODE_GROUP = "code";

    /** Counter: records taken. */
    public static final String REQUESTS = "inference_requests";

    /** Counter: records answered. */
    public static final String SUCCESSES = "inference_success";

    /** Counters: records without an answer, of all codes and of each. */
    public static final String FAILURES = "inference_failure";

    /** Counter: further attempts at a request. */
    public static final String RETRIES = "inference_retries";

    /** Counter: records whose time ran out. */
    public static final String TIMEOUTS = "inference_timeouts";

    /** Counter: failures that left through the side output. */
    public static final String DEAD_LETTERS = "dead_letters";

    /** Histogram: from a record's arrival to its outcome. */
    public static final String LATENCY = "inference_latency";

    /** Histogram: from a request's arrival at the model to its first token. */
    public static final String TIME_TO_FIRST_TOKEN = "time_to_first_token";

    /** Histogram: decoding pictures and tokenizing, per request. */
    public static final String PICTURE_DECODE_TIME = "picture_decode_time";

    /** Counter: tokens of prompts, those of pictures included. */
    public static final String PROMPT_TOKENS = "prompt_tokens";

    /** Counter: generated tokens. */
    public static final String COMPLETION_TOKENS = "completion_tokens";

    /** Meter: {@link #PROMPT_TOKENS} per second. */
    public static final String PROMPT_TOKEN_RATE = "prompt_tokens_per_second";

    /** Meter: {@link #COMPLETION_TOKENS} per second. */
    public static final String COMPLETION_TOKEN_RATE = "completion_tokens_per_second";

    /** Counter: records answered from memory. */
    public static final String DEDUPLICATED = "deduplicated_requests";

    /** Gauge: {@link #DEDUPLICATED} by {@link #REQUESTS}, within [0, 1]. */
    public static final String DEDUPLICATION_RATE = "deduplication_hit_rate";

    /** Gauge: records in flight. */
    public static final String QUEUE_LENGTH = "queue_length";

    /** Gauge: records that may be in flight. */
    public static final String QUEUE_CAPACITY = "queue_capacity";

    /** Gauge of the model: mean rows of a decode step. */
    public static final String MEAN_BATCH_SIZE = "mean_batch_size";

    /** Gauge of the model: {@link #MEAN_BATCH_SIZE} by its rows, within [0, 1]. */
    public static final String BATCH_OCCUPANCY = "batch_occupancy";

    /** Gauge of the model: copied to the device for each decode step, without weights. */
    public static final String BYTES_TO_DEVICE = "bytes_to_device_per_step";

    /** Gauge of the model: copied back for each decode step. */
    public static final String BYTES_FROM_DEVICE = "bytes_from_device_per_step";

    /** Gauge: how long the subtask waited for the last model it opened. */
    public static final String MODEL_LOAD_TIME = "model_load_time";

    /** Gauge of the model: pictures and videos whose features were known. */
    public static final String VISION_CACHE_HITS = "vision_cache_hits";

    /** Gauge of the model: pictures and videos that the vision tower saw. */
    public static final String VISION_CACHE_MISSES = "vision_cache_misses";

    /** Gauge of the model: device memory of remembered features. */
    public static final String VISION_CACHE_BYTES = "vision_cache_bytes";

    /** Gauge of the model: prompts whose beginning was still prefilled. */
    public static final String PREFIX_CACHE_HITS = "prefix_cache_hits";

    /** Gauge of the model: tokens that were therefore not prefilled again. */
    public static final String PREFIX_CACHE_TOKENS = "prefix_cache_tokens";

    /** Gauge of the model: parts of prompts that were prefilled. */
    public static final String PREFILL_CHUNKS = "prefill_chunks";

    /** Gauge of the model: requests in its engine that were given up by those who asked. */
    public static final String CANCELLED = "cancelled_requests";

    /** Gauge of the model: requests in its engine whose time ran out. */
    public static final String LATE = "late_requests";

    /** Gauge of the model: share of its busy time that no step took, within [0, 1]. */
    public static final String ENGINE_OVERHEAD = "engine_overhead";

    /** Gauge: memory outside of the heap, {@link ModelPool#nativeBytes}. */
    public static final String NATIVE_BYTES = "native_bytes";

    private static final int WINDOW = 1000;

    private static final Map<MetricGroup, WeakReference<LlavaMetrics>> SHARED = new WeakHashMap<>();

    private final MetricGroup group;
    private final Counter requests;
    private final Counter successes;
    private final Counter failed;
    private final Counter retries;
    private final Counter timeouts;
    private final Counter deadLetters;
    private final Counter deduplicated;
    private final Counter promptTokens;
    private final Counter completionTokens;
    private final Map<LlavaErrorCode, Counter> failuresByCode = new EnumMap<>(LlavaErrorCode.class);
    private final Histogram latency;
    private final Histogram timeToFirstToken;
    private final Histogram pictureDecodeTime;

    /**
     * The metrics of a group that equal functions of an operator have in common: of metrics with
     * one name Flink keeps the first, and would not see what the others count. Whoever counts holds
     * the monitor of what is returned, and counts an outcome of each request.
     *
     * @param model that all of them ask
     * @param loading how long the first of them waited for it
     * @param capacity requests that may be in flight
     */
    public static LlavaMetrics shared(
            MetricGroup group, LlavaModel model, Duration loading, int capacity) {
        synchronized (SHARED) {
            WeakReference<LlavaMetrics> known = SHARED.get(group);
            LlavaMetrics metrics = known == null ? null : known.get();
            if (metrics == null) {
                metrics = new LlavaMetrics(group);
                metrics.queue(metrics::unanswered, () -> capacity);
                metrics.model(() -> Optional.of(model), loading::toMillis);
                SHARED.put(group, new WeakReference<>(metrics));
            }
            return metrics;
        }
    }

    /**
     * Registers what a subtask counts. Gauges of its queue and its model are there from {@link
     * #queue} and {@link #model} on.
     *
     * @param operatorGroup the operator's, which ends with it
     */
    public LlavaMetrics(MetricGroup operatorGroup) {
        group = operatorGroup.addGroup(GROUP);
        requests = group.counter(REQUESTS);
        successes = group.counter(SUCCESSES);
        failed = group.counter(FAILURES);
        retries = group.counter(RETRIES);
        timeouts = group.counter(TIMEOUTS);
        deadLetters = group.counter(DEAD_LETTERS);
        deduplicated = group.counter(DEDUPLICATED);
        promptTokens = group.counter(PROMPT_TOKENS);
        completionTokens = group.counter(COMPLETION_TOKENS);
        group.meter(PROMPT_TOKEN_RATE, new MeterView(promptTokens));
        group.meter(COMPLETION_TOKEN_RATE, new MeterView(completionTokens));
        latency = histogram(LATENCY);
        timeToFirstToken = histogram(TIME_TO_FIRST_TOKEN);
        pictureDecodeTime = histogram(PICTURE_DECODE_TIME);
        group.gauge(
                DEDUPLICATION_RATE,
                (Gauge<Double>) () -> ratio(deduplicated.getCount(), requests.getCount()));
        for (LlavaErrorCode code : LlavaErrorCode.values()) {
            String label = code.name().toLowerCase(Locale.ROOT);
            failuresByCode.put(code, group.addGroup(CODE_GROUP, label).counter(FAILURES));
        }
    }

    private int unanswered() {
        return (int) (requests.getCount() - successes.getCount() - failed.getCount());
    }

    private Histogram histogram(String name) {
        return group.histogram(name, new DescriptiveStatisticsHistogram(WINDOW));
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    /** Shows the requests in flight and how many there may be. */
    public void queue(Supplier<Integer> length, Supplier<Integer> capacity) {
        group.gauge(QUEUE_LENGTH, (Gauge<Integer>) length::get);
        group.gauge(QUEUE_CAPACITY, (Gauge<Integer>) capacity::get);
    }

    /**
     * Shows what the model says of itself, 0 while there is none.
     *
     * @param loadMillis how long the subtask waited for it
     */
    public void model(Supplier<Optional<LlavaModel>> model, LongSupplier loadMillis) {
        engine(() -> model.get().map(LlavaModel::counters).orElse(EngineCounters.NONE));
        group.gauge(
                BATCH_OCCUPANCY,
                (Gauge<Double>) () -> model.get().map(LlavaMetrics::occupancy).orElse(0.0));
        group.gauge(MODEL_LOAD_TIME, (Gauge<Long>) loadMillis::getAsLong);
    }

    private static double occupancy(LlavaModel model) {
        return model.counters().meanBatchSize() / model.info().maxBatchSize();
    }

    private void engine(Supplier<EngineCounters> counters) {
        gauge(MEAN_BATCH_SIZE, counters, EngineCounters::meanBatchSize);
        gauge(BYTES_TO_DEVICE, counters, done -> ratio(done.bytesToDevice(), done.decodeSteps()));
        gauge(
                BYTES_FROM_DEVICE,
                counters,
                done -> ratio(done.bytesFromDevice(), done.decodeSteps()));
        gauge(VISION_CACHE_HITS, counters, done -> done.vision().hits());
        gauge(VISION_CACHE_MISSES, counters, done -> done.vision().misses());
        gauge(VISION_CACHE_BYTES, counters, done -> done.vision().bytes());
        gauge(PREFIX_CACHE_HITS, counters, done -> done.prefixes().hits());
        gauge(PREFIX_CACHE_TOKENS, counters, done -> done.prefixes().tokens());
        gauge(PREFILL_CHUNKS, counters, EngineCounters::prefillChunks);
        gauge(CANCELLED, counters, EngineCounters::cancelled);
        gauge(LATE, counters, EngineCounters::late);
        gauge(ENGINE_OVERHEAD, counters, EngineCounters::overhead);
        group.gauge(NATIVE_BYTES, (Gauge<Long>) ModelPool::nativeBytes);
    }

    private <N extends Number> void gauge(
            String name, Supplier<EngineCounters> counters, Function<EngineCounters, N> value) {
        group.gauge(name, (Gauge<N>) () -> value.apply(counters.get()));
    }

    /** Counts a request. */
    public void requested() {
        requests.inc();
    }

    /** Counts another attempt at a request. */
    public void retried() {
        retries.inc();
    }

    /** Counts a request whose time ran out; it counts as a failure, too. */
    public void timedOut() {
        timeouts.inc();
    }

    /** Counts a failure that left through the side output; it counts as a failure, too. */
    public void deadLetter() {
        deadLetters.inc();
    }

    /** Counts a request whose answer was known; it counts as a success, too. */
    public void answeredFromMemory(Duration took) {
        deduplicated.inc();
        successes.inc();
        latency.update(took.toMillis());
    }

    /** Counts what the model said, an answer of either kind. */
    public void answered(LlavaAnswer answer, Duration took) {
        latency.update(took.toMillis());
        if (answer instanceof LlavaAnswer.Text text) {
            successes.inc();
            promptTokens.inc(text.promptTokens());
            completionTokens.inc(text.completionTokens());
            timeToFirstToken.update(TimeUnit.NANOSECONDS.toMillis(text.timing().toFirstToken()));
            pictureDecodeTime.update(TimeUnit.NANOSECONDS.toMillis(text.timing().preparing()));
        } else {
            failed.inc();
            failuresByCode.get(((LlavaAnswer.Failure) answer).code()).inc();
        }
    }
}
