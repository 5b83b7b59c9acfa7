package io.flinkllava.operators;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple3;
import org.apache.flink.streaming.runtime.streamrecord.StreamRecord;

import java.util.ArrayList;
import java.util.List;

/**
 * The records in flight, in operator state: not their half-made answers, the records themselves,
 * which a restored job asks about again. On rescaling Flink deals them out to the subtasks.
 */
final class InFlightState<T> {

    private static final String NAME = "in-flight";

    /** Whether the record has a timestamp, the timestamp or 0, the record. */
    private final ListState<Tuple3<Boolean, Long, T>> records;

    InFlightState(OperatorStateStore store, TypeInformation<T> type) throws Exception {
        records =
                store.getListState(
                        new ListStateDescriptor<>(
                                NAME, Types.TUPLE(Types.BOOLEAN, Types.LONG, type)));
    }

    void store(List<StreamRecord<T>> inFlight) throws Exception {
        List<Tuple3<Boolean, Long, T>> stored = new ArrayList<>(inFlight.size());
        for (StreamRecord<T> record : inFlight) {
            boolean timed = record.hasTimestamp();
            stored.add(Tuple3.of(timed, timed ? record.getTimestamp() : 0L, record.getValue()));
        }
        records.update(stored);
    }

    List<StreamRecord<T>> stored() throws Exception {
        List<StreamRecord<T>> restored = new ArrayList<>();
        for (Tuple3<Boolean, Long, T> entry : records.get()) {
            restored.add(
                    entry.f0
                            ? new StreamRecord<>(entry.f2, entry.f1)
                            : new StreamRecord<>(entry.f2));
        }
        return restored;
    }

    /** Lets go of the stored records, which may be large, once they are safe elsewhere. */
    void forget() {
        records.clear();
    }
}
