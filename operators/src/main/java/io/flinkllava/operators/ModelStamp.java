package io.flinkllava.operators;

import org.apache.flink.api.common.state.BroadcastState;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.MapStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.common.typeutils.TypeSerializer;
import org.apache.flink.api.java.functions.KeySelector;
import org.apache.flink.runtime.state.StateInitializationContext;
import org.apache.flink.runtime.state.StateSnapshotContext;
import org.apache.flink.streaming.api.operators.AbstractStreamOperator;
import org.apache.flink.streaming.api.operators.TwoInputStreamOperator;
import org.apache.flink.streaming.api.watermark.Watermark;
import org.apache.flink.streaming.runtime.streamrecord.StreamElement;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;
import org.apache.flink.streaming.runtime.watermarkstatus.WatermarkStatus;
import org.apache.flink.util.function.SerializableFunction;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Stamps records (first input) with the model that answers them, as announced by the broadcast
 * control stream (second input).
 *
 * <p>By arrival, the newest announced model answers, and the control stream's watermarks mean
 * nothing. By event time, a record waits until the control stream's watermark has passed it. What
 * comes behind it waits, too: records of one key must not pass one another. Where that matters, the
 * first input is keyed, so that all records of a key, those that waited before a restore and those
 * that came after it, are stamped by one subtask.
 *
 * <p>Nothing bounds how many wait. Flink takes no checkpoints of an operator that chooses which
 * input it reads, and one that stops altogether would not hear of the control stream's watermark.
 */
final class ModelStamp<T> extends AbstractStreamOperator<Question<T>>
        implements TwoInputStreamOperator<T, ModelVersion, Question<T>> {

    private static final long serialVersionUID = 1L;
    private static final MapStateDescriptor<Long, ModelVersion> VERSIONS =
            new MapStateDescriptor<>("model-versions", Types.LONG, ModelVersion.TYPE);
    private static final ListStateDescriptor<Long> CONTROL_TIME =
            new ListStateDescriptor<>("control-time", Types.LONG);
    private static final int CONTROL = 1;

    private final ModelChangeMode mode;
    private final SerializableFunction<T, String> keys;
    private final KeySelector<T, ?> order;
    private final TypeInformation<T> inputType;

    private transient TypeSerializer<T> inputSerializer;
    private transient BroadcastState<Long, ModelVersion> announced;
    private transient InFlightState<T> waitingState;
    private transient ListState<Long> controlTimeState;

    /** By the event time from which on they answer; by arrival, the newest alone. */
    private transient NavigableMap<Long, ModelVersion> versions;

    /** Records, watermarks and statuses of the first input, as they came. */
    private transient Deque<StreamElement> waiting;

    private transient long controlTime;
    private transient boolean controlIdle;
    private transient boolean controlEnded;
    private transient long emittedTime;

    /**
     * A step that may be sent to tasks.
     *
     * @param keys what tells requests from others, see {@link Question#key}
     * @param order the key of the first input, or null if it has none
     */
    ModelStamp(
            ModelChangeMode mode,
            SerializableFunction<T, String> keys,
            KeySelector<T, ?> order,
            TypeInformation<T> inputType) {
        this.mode = mode;
        this.keys = keys;
        this.order = order;
        this.inputType = inputType;
    }

    @Override
    public void initializeState(StateInitializationContext context) throws Exception {
        super.initializeState(context);
        announced = context.getOperatorStateStore().getBroadcastState(VERSIONS);
        waitingState = waitingState(context);
        controlTimeState = context.getOperatorStateStore().getUnionListState(CONTROL_TIME);
        inputSerializer = inputType.createSerializer(getExecutionConfig().getSerializerConfig());
        versions = new TreeMap<>();
        for (Map.Entry<Long, ModelVersion> entry : announced.immutableEntries()) {
            versions.put(entry.getKey(), entry.getValue());
        }
        waiting = new ArrayDeque<>();
        waitingState.stored().forEach(stored -> waiting.add(stored.record()));
        waitingState.forget();
        controlTime = lowest(controlTimeState.get());
        emittedTime = Long.MIN_VALUE;
    }

    private InFlightState<T> waitingState(StateInitializationContext context) throws Exception {
        return order == null
                ? new OperatorInFlightState<>(context.getOperatorStateStore(), inputType)
                : new KeyedInFlightState<>(
                        getKeyedStateBackend(),
                        context.getKeyedStateStore(),
                        inputType,
                        this::own,
                        context.isRestored());
    }

    /**
     * A watermark is a promise that a restore does not break, and the control stream may be silent
     * for long. Each subtask heard of it at its own time.
     */
    private static long lowest(Iterable<Long> times) {
        long lowest = Long.MAX_VALUE;
        boolean known = false;
        for (long time : times) {
            lowest = Math.min(lowest, time);
            known = true;
        }
        return known ? lowest : Long.MIN_VALUE;
    }

    @Override
    public void processElement1(StreamRecord<T> record) throws Exception {
        if (mode == ModelChangeMode.EVENT_TIME && !record.hasTimestamp()) {
            throw new IllegalStateException(
                    "Model changes by event time need records with timestamps: give their source a"
                            + " WatermarkStrategy, or use ModelChangeMode.ARRIVAL.");
        }
        // What a restored state holds may have waited under another mode.
        advance();
        if (!waiting.isEmpty() || !release(record)) {
            waiting.add(record.copy(own(record.getValue())));
        }
    }

    /** With object reuse the sender may change the value as soon as it has control again. */
    private T own(T value) {
        return getExecutionConfig().isObjectReuseEnabled() ? inputSerializer.copy(value) : value;
    }

    private void emit(StreamRecord<T> record) {
        long time = record.hasTimestamp() ? record.getTimestamp() : Long.MAX_VALUE;
        ModelVersion version = version(mode == ModelChangeMode.ARRIVAL ? Long.MAX_VALUE : time);
        T value = record.getValue();
        String key = keys.apply(value);
        Question<T> question =
                new Question<>(value, key.isEmpty() ? key : key + version.fingerprint(), version);
        output.collect(
                record.hasTimestamp()
                        ? new StreamRecord<>(question, record.getTimestamp())
                        : new StreamRecord<>(question));
    }

    private ModelVersion version(long time) {
        Map.Entry<Long, ModelVersion> entry = versions.floorEntry(time);
        return entry == null ? ModelVersion.FIRST : entry.getValue();
    }

    @Override
    public void processElement2(StreamRecord<ModelVersion> record) throws Exception {
        ModelVersion version = record.getValue();
        long from = version.effectiveFrom();
        if (mode == ModelChangeMode.ARRIVAL) {
            from = Long.MIN_VALUE;
            // A restored state may hold models with times.
            announced.clear();
            versions.clear();
        }
        announced.put(from, version);
        versions.put(from, version);
    }

    /** Up to this event time no change can come any more that would matter. */
    private long knownUntil() {
        return controlIdle || controlEnded || mode == ModelChangeMode.ARRIVAL
                ? Long.MAX_VALUE
                : controlTime;
    }

    @Override
    public void processWatermark1(Watermark mark) throws Exception {
        waiting.add(mark);
        advance();
    }

    @Override
    public void processWatermark2(Watermark mark) throws Exception {
        if (mark.equals(Watermark.MAX_WATERMARK)) {
            // Not in state: an ended stream says so again, and one that was only drained goes on.
            controlEnded = true;
        } else {
            controlTime = Math.max(controlTime, mark.getTimestamp());
        }
        advance();
    }

    @Override
    protected void processWatermarkStatus(WatermarkStatus status, int input) throws Exception {
        if (input == CONTROL) {
            controlIdle = status.isIdle();
        } else {
            waiting.add(status);
        }
        advance();
    }

    private void advance() throws Exception {
        while (!waiting.isEmpty() && release(waiting.peek())) {
            waiting.remove();
        }
    }

    /** Lets through what is first; returns whether all of it could be. */
    private boolean release(StreamElement first) throws Exception {
        long until = knownUntil();
        if (first.isWatermark()) {
            long time = first.asWatermark().getTimestamp();
            emitWatermark(Math.min(time, until));
            return time <= until;
        }
        if (first.isWatermarkStatus()) {
            super.processWatermarkStatus(first.asWatermarkStatus());
            return true;
        }
        StreamRecord<T> record = first.asRecord();
        boolean known = !record.hasTimestamp() || record.getTimestamp() <= until;
        if (known) {
            emit(record);
        }
        return known;
    }

    private void emitWatermark(long time) throws Exception {
        if (time > emittedTime) {
            emittedTime = time;
            super.processWatermark(new Watermark(time));
        }
    }

    @Override
    public void snapshotState(StateSnapshotContext context) throws Exception {
        super.snapshotState(context);
        List<InFlight<T>> stored = new ArrayList<>(waiting.size());
        for (StreamElement element : waiting) {
            if (element.isRecord()) {
                StreamRecord<T> record = element.asRecord();
                Object key = order == null ? null : order.getKey(record.getValue());
                stored.add(new InFlight<>(record, key, stored.size(), 0, 0));
            }
        }
        waitingState.store(stored);
        controlTimeState.update(List.of(controlTime));
    }

    @Override
    public void notifyCheckpointComplete(long checkpointId) throws Exception {
        super.notifyCheckpointComplete(checkpointId);
        waitingState.forget();
    }
}
