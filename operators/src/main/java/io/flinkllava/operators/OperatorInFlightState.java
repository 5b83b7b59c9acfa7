package io.flinkllava.operators;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** In operator state: on rescaling Flink deals the records out to the subtasks. */
final class OperatorInFlightState<I> implements InFlightState<I> {

    static final String NAME = "in-flight";

    private final ListState<StoredRequest<I>> records;

    OperatorInFlightState(OperatorStateStore store, TypeInformation<I> type) throws Exception {
        records = store.getListState(new ListStateDescriptor<>(NAME, StoredRequest.type(type)));
    }

    @Override
    public void store(List<InFlight<I>> inFlight) throws Exception {
        List<StoredRequest<I>> stored = new ArrayList<>(inFlight.size());
        inFlight.forEach(request -> stored.add(StoredRequest.of(request)));
        records.update(stored);
    }

    @Override
    public List<StoredRequest<I>> stored() throws Exception {
        List<StoredRequest<I>> restored = new ArrayList<>();
        records.get().forEach(restored::add);
        restored.sort(Comparator.comparingLong(StoredRequest::sequence));
        return restored;
    }

    @Override
    public void forget() {
        records.clear();
    }
}
