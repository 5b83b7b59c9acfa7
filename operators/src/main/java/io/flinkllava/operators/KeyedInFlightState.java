package io.flinkllava.operators;

import org.apache.flink.api.common.state.KeyedStateStore;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.runtime.state.KeyedStateBackend;
import org.apache.flink.runtime.state.VoidNamespace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * In keyed state: on rescaling the records go where their key goes, and meet there what is
 * remembered of it. Written at snapshots only.
 */
final class KeyedInFlightState<I> implements InFlightState<I> {

    static final String NAME = "in-flight";

    private final KeyedStateBackend<Object> backend;
    private final ListState<StoredRequest<I>> records;
    private final UnaryOperator<I> own;
    private final boolean restored;

    /** Keys of which something is written. */
    private final Set<Object> written = new HashSet<>();

    /**
     * State in this backend.
     *
     * @param own makes of a value one that nobody else may change: the heap keeps what is stored as
     *     an object and writes it while the records go on their way
     */
    KeyedInFlightState(
            KeyedStateBackend<Object> backend,
            KeyedStateStore store,
            TypeInformation<I> type,
            UnaryOperator<I> own,
            boolean restored) {
        this.backend = backend;
        this.records =
                store.getListState(new ListStateDescriptor<>(NAME, StoredRequest.type(type)));
        this.own = own;
        this.restored = restored;
    }

    @Override
    public void store(List<InFlight<I>> inFlight) throws Exception {
        Map<Object, List<StoredRequest<I>>> byKey = new LinkedHashMap<>();
        for (InFlight<I> request : inFlight) {
            byKey.computeIfAbsent(request.key(), key -> new ArrayList<>())
                    .add(StoredRequest.of(request, own.apply(request.value())));
        }
        forget();
        for (Map.Entry<Object, List<StoredRequest<I>>> entry : byKey.entrySet()) {
            backend.setCurrentKey(entry.getKey());
            records.update(entry.getValue());
            written.add(entry.getKey());
        }
    }

    @Override
    public List<StoredRequest<I>> stored() throws Exception {
        if (!restored) {
            return List.of();
        }
        try (Stream<Object> keys = backend.getKeys(NAME, VoidNamespace.INSTANCE)) {
            keys.forEach(written::add);
        }
        List<StoredRequest<I>> stored = new ArrayList<>();
        for (Object key : written) {
            backend.setCurrentKey(key);
            records.get().forEach(stored::add);
        }
        stored.sort(Comparator.comparingLong(StoredRequest::sequence));
        return stored;
    }

    @Override
    public void forget() {
        for (Object key : written) {
            backend.setCurrentKey(key);
            records.clear();
        }
        written.clear();
    }
}
