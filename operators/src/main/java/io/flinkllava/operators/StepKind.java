package io.flinkllava.operators;

import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.state.OperatorStateStore;
import org.apache.flink.api.common.typeinfo.Types;

import java.util.List;

/**
 * Writes into state which kind of step wrote it. A step of another kind looks for its records
 * elsewhere, and would leave those in flight behind without a word.
 */
final class StepKind {

    private static final ListStateDescriptor<String> STATE =
            new ListStateDescriptor<>("kind-of-step", Types.STRING);

    private final String kind;
    private final ListState<String> state;

    /**
     * Reads the kind.
     *
     * @throws IllegalStateException if another kind of step wrote the state
     */
    StepKind(String kind, OperatorStateStore store) throws Exception {
        this.kind = kind;
        this.state = store.getUnionListState(STATE);
        for (String before : state.get()) {
            if (!before.equals(kind)) {
                throw new IllegalStateException(
                        "This step goes on from the state of another kind of step: it is '"
                                + kind
                                + "' and was '"
                                + before
                                + "'. Give it a uid of its own, and restore with"
                                + " --allowNonRestoredState from a savepoint taken when nothing was"
                                + " in flight (stop --drain).");
            }
        }
    }

    void store() throws Exception {
        state.update(List.of(kind));
    }
}
