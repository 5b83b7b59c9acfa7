package io.flinkllava.operators;

import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.StateTtlConfig;
import org.apache.flink.api.common.state.ValueState;
import org.apache.flink.api.common.state.ValueStateDescriptor;
import org.apache.flink.streaming.api.operators.KeyContext;

import io.flinkllava.runtime.ModelInfo;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The records of one key have their turn one after the other, each with what those before it left;
 * different keys do not wait for one another.
 *
 * <p>The memory of a key is in keyed state, and at hand here while records of the key are in
 * flight. In a BATCH job it stays at hand until another key arrives: the records of a key come
 * together there, and Flink drops the state of a key as soon as another one is touched.
 */
final class OnePerKey<I, M> implements Turns<I> {

    private final KeyMemory<I, M> memory;
    private final KeyContext keys;
    private final ValueState<M> state;
    private final boolean batch;
    private final Map<Object, Line<I, M>> lines = new HashMap<>();
    private Object newest;

    OnePerKey(KeyMemory<I, M> memory, KeyContext keys, KeyedStateStore store, boolean batch) {
        this.memory = memory;
        this.keys = keys;
        this.batch = batch;
        ValueStateDescriptor<M> descriptor =
                new ValueStateDescriptor<>(memory.name(), memory.type());
        if (!batch) {
            descriptor.enableTimeToLive(StateTtlConfig.newBuilder(memory.timeToLive()).build());
        }
        this.state = store.getState(descriptor);
    }

    @Override
    public boolean arrived(InFlight<I> request) throws Exception {
        Object key = request.key();
        if (batch && !key.equals(newest)) {
            Object last = newest;
            newest = key;
            dropIfSpent(last);
        }
        Line<I, M> line = lines.get(key);
        if (line == null) {
            keys.setCurrentKey(key);
            line = new Line<>(Optional.ofNullable(state.value()));
            lines.put(key, line);
        }
        line.requests.add(request);
        return line.requests.size() == 1;
    }

    @Override
    public Action action(InFlight<I> request, ModelInfo model) throws Exception {
        Line<I, M> line = lines.get(request.key());
        line.change = Optional.empty();
        KeyTurn<M> turn = memory.turn(request.value(), line.memory, model);
        line.change = Optional.of(turn.after());
        return turn.action();
    }

    @Override
    public Optional<InFlight<I>> finished(InFlight<I> request) throws Exception {
        Line<I, M> line = lines.get(request.key());
        boolean hadItsTurn = line.requests.peek() == request;
        line.requests.remove(request);
        if (!hadItsTurn) {
            return Optional.empty();
        }
        remember(request, line);
        dropIfSpent(request.key());
        return Optional.ofNullable(line.requests.peek());
    }

    private void remember(InFlight<I> request, Line<I, M> line) throws Exception {
        Optional<M> before = line.memory;
        line.memory = line.change.map(after -> after.apply(request.outcome())).orElse(before);
        line.change = Optional.empty();
        if (!line.memory.equals(before)) {
            keys.setCurrentKey(request.key());
            state.update(line.memory.orElse(null));
        }
    }

    private void dropIfSpent(Object key) {
        Line<I, M> line = lines.get(key);
        if (line != null && line.requests.isEmpty() && !key.equals(newest)) {
            lines.remove(key);
        }
    }

    /** The records of a key; the first has its turn. */
    private static final class Line<I, M> {
        final Deque<InFlight<I>> requests = new ArrayDeque<>();
        Optional<M> memory;

        /** What the first leaves; empty before its turn, and if that throws. */
        Optional<Function<Optional<Outcome>, Optional<M>>> change = Optional.empty();

        Line(Optional<M> memory) {
            this.memory = memory;
        }
    }
}
