package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;

/** Which subtasks of a TaskManager share a loaded model. */
public enum ModelScope {
    /** One model for each task slot, shared by the operators and functions in it. */
    SLOT,
    /** One model for each device of the TaskManager, shared by its slots: fuller batches. */
    DEVICE;

    /** Subtasks with equal keys share their models of equal folder, device and options. */
    String key(TaskInfo task) {
        return switch (this) {
            case SLOT -> "slot:" + task.getAllocationIDAsString();
            case DEVICE -> "device";
        };
    }
}
