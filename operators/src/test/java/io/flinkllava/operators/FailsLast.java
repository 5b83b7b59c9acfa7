package io.flinkllava.operators;

import org.apache.flink.api.common.functions.MapFunction;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;

/**
 * A step in front of others in their chain. Flink takes the snapshots of a chain from its end to
 * its head, so this one fails when those behind it have written theirs.
 */
final class FailsLast<T> implements MapFunction<T, T>, CheckpointedFunction {

    static final String PHASE = "snapshot of the chain";

    private static final long serialVersionUID = 1L;

    @Override
    public T map(T value) {
        return value;
    }

    @Override
    public void initializeState(FunctionInitializationContext context) {
        // Nothing to remember.
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) {
        if (Committed.isPreparedInThisTask(context.getCheckpointId())) {
            Faults.at(PHASE);
        }
    }
}
