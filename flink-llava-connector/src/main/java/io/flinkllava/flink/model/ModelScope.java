package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;

/**
 * Which subtasks of a TaskManager share a loaded model, that of equal folder, device and options.
 * The first of them loads it, and it is closed when the last has ended and {@link TaskModel#linger}
 * has passed; steps on a DataStream close it as soon as their job is gone for good. Where the
 * library is in {@code lib/}, jobs share their models; otherwise each job has its own.
 */
public enum ModelScope {
    /**
     * One model for each task slot, shared by the operators and functions in it. A task that
     * restarts in its slot finds it while it lingers; another job gets other slots, and loads.
     */
    SLOT,
    /**
     * One model for each device of the TaskManager, shared by its slots: fuller batches. It
     * outlives a slot, so the next statement of SQL finds it while it lingers.
     */
    DEVICE;

    /** Subtasks with equal keys share their models of equal folder, device and options. */
    String key(TaskInfo task) {
        return switch (this) {
            case SLOT -> "slot:" + task.getAllocationIDAsString();
            case DEVICE -> "device";
        };
    }
}
