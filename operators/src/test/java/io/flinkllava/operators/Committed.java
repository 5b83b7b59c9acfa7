package io.flinkllava.operators;

import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.ProcessFunction;
import org.apache.flink.util.Collector;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Queue;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The end of a job that collects what completed checkpoints cover and nothing else. Also checks
 * that no result is late, and has faults injected.
 */
final class Committed extends ProcessFunction<LlavaResult<Photo>, Void>
        implements CheckpointedFunction, CheckpointListener {

    private static final long serialVersionUID = 1L;

    /** By the name that each result gets on arrival, so that committing twice is harmless. */
    private static final Map<String, LlavaResult<Photo>> RESULTS = new LinkedHashMap<>();

    /** Whoever waits for so many results. */
    private static final NavigableMap<Integer, CompletableFuture<Void>> WAITING = new TreeMap<>();

    /** Results behind a watermark that promised that they had come, and watermarks that fell. */
    private static final Queue<String> DISORDER = new ConcurrentLinkedQueue<>();

    /** The latest watermark that a result followed. */
    private static final AtomicLong LATEST = new AtomicLong(Long.MIN_VALUE);

    /** The newest checkpoint for which a task, which has one thread, has prepared its results. */
    private static final ThreadLocal<Long> PREPARED = new ThreadLocal<>();

    /** Begins the names of the job's results. */
    private static volatile String prefix = name(0);

    private transient long watermark;
    private transient ListState<Tuple2<String, LlavaResult<Photo>>> state;
    private transient List<Tuple2<String, LlavaResult<Photo>>> open;
    private transient NavigableMap<Long, List<Tuple2<String, LlavaResult<Photo>>>> prepared;

    static void clear() {
        synchronized (RESULTS) {
            RESULTS.clear();
            WAITING.clear();
        }
        run(0);
        DISORDER.clear();
        LATEST.set(Long.MIN_VALUE);
    }

    static List<LlavaResult<Photo>> results() {
        synchronized (RESULTS) {
            return List.copyOf(RESULTS.values());
        }
    }

    /** Another job goes on where the last one stopped. */
    static void run(int number) {
        prefix = name(number);
    }

    /** Whether the end of the chain that runs here has its snapshot. */
    static boolean isPreparedInThisTask(long checkpoint) {
        return Objects.equals(PREPARED.get(), checkpoint);
    }

    private static String name(int run) {
        return run + "/";
    }

    /** How many results of records before this one came in this run. */
    static long ofRecordsBefore(int id, int run) {
        synchronized (RESULTS) {
            return RESULTS.entrySet().stream()
                    .filter(entry -> entry.getKey().startsWith(name(run)))
                    .filter(entry -> entry.getValue().input().id() < id)
                    .count();
        }
    }

    /**
     * Watermarks came all along, none too early.
     *
     * @param records of the job, of which number n has the time n
     */
    static void assertWatermarksKeptTheirPromise(int records) {
        assertThat(DISORDER).isEmpty();
        assertThat(LATEST.get()).as("latest watermark").isGreaterThan(records / 2);
    }

    private static void commit(Iterable<Tuple2<String, LlavaResult<Photo>>> results) {
        List<CompletableFuture<Void>> there;
        synchronized (RESULTS) {
            results.forEach(result -> RESULTS.put(result.f0, result.f1));
            Map<Integer, CompletableFuture<Void>> reached = WAITING.headMap(RESULTS.size(), true);
            there = List.copyOf(reached.values());
            reached.clear();
        }
        there.forEach(waiting -> waiting.complete(null));
    }

    /** Ends when there are so many results. */
    static CompletableFuture<Void> atLeast(int count) {
        synchronized (RESULTS) {
            return RESULTS.size() >= count
                    ? CompletableFuture.completedFuture(null)
                    : WAITING.computeIfAbsent(count, waiting -> new CompletableFuture<>());
        }
    }

    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        Faults.begins(getRuntimeContext().getTaskInfo().getAttemptNumber());
        watermark = Long.MIN_VALUE;
        open = new ArrayList<>();
        prepared = new TreeMap<>();
        state =
                context.getOperatorStateStore()
                        .getListState(
                                new ListStateDescriptor<>(
                                        "prepared",
                                        Types.TUPLE(
                                                Types.STRING,
                                                LlavaResult.type(Types.POJO(Photo.class)))));
        commit(state.get());
    }

    @Override
    public void processElement(
            LlavaResult<Photo> result, Context context, Collector<Void> nowhere) {
        Faults.at("emit");
        watch(result, context.timerService().currentWatermark(), context.timestamp());
        open.add(Tuple2.of(prefix + UUID.randomUUID(), result));
    }

    /** Only takes notes: the job would come back from an assertion as from any other fault. */
    private void watch(LlavaResult<Photo> result, long mark, long time) {
        if (mark < watermark || time <= mark) {
            DISORDER.add(result.input() + " at " + time + " after " + watermark + ", " + mark);
        }
        watermark = mark;
        LATEST.accumulateAndGet(mark, Math::max);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        Faults.at("snapshot");
        PREPARED.set(context.getCheckpointId());
        prepared.put(context.getCheckpointId(), open);
        open = new ArrayList<>();
        state.update(prepared.values().stream().flatMap(List::stream).toList());
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) {
        Faults.at("notify");
        prepared.headMap(checkpointId, true).values().forEach(Committed::commit);
        prepared.headMap(checkpointId, true).clear();
    }
}
