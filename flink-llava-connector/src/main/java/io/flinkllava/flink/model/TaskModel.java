package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestPlanner;
import io.flinkllava.runtime.pool.ModelKey;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;

/**
 * The model that the tasks of an operator or function use, as a job carries it.
 *
 * @param folder checkpoint folder, as the TaskManagers see it
 * @param linger how long the model stays open after its last task: longer than a restart takes, so
 *     that a restart does not load it again. Zero closes it at once; never negative
 */
public record TaskModel(String folder, ModelOptions options, ModelScope scope, Duration linger)
        implements Serializable {

    /** Name of Flink's external resource for GPUs. */
    public static final String GPU_RESOURCE = "gpu";

    public TaskModel {
        Objects.requireNonNull(folder, "folder");
        Objects.requireNonNull(options, "options");
        Objects.requireNonNull(scope, "scope");
        if (linger.isNegative()) {
            throw new IllegalArgumentException("linger is " + linger + ", it must not be negative");
        }
    }

    /** A model that lingers for {@link ModelPool#DEFAULT_LINGER}. */
    public TaskModel(String folder, ModelOptions options, ModelScope scope) {
        this(folder, options, scope, ModelPool.DEFAULT_LINGER);
    }

    /** The same model, which lingers for this time. */
    public TaskModel withLinger(Duration value) {
        return new TaskModel(folder, options, scope, value);
    }

    /**
     * Takes the model from the process-wide pool, which loads it if nobody has it. Call it in the
     * task, never on the client. The caller closes the lease.
     *
     * @param gpus what Flink says of {@link #GPU_RESOURCE}
     * @throws io.flinkllava.runtime.LlavaException if the model cannot be opened
     */
    public ModelLease lease(TaskInfo task, Collection<? extends ExternalResourceInfo> gpus) {
        TaskDevice device = TaskDevice.take(options.device(), task.getAllocationIDAsString(), gpus);
        try {
            ModelKey key =
                    new ModelKey(
                            Path.of(folder), options.withDevice(device.device()), scope.key(task));
            return ModelPool.shared().lease(key, linger).andThen(device::close);
        } catch (RuntimeException e) {
            device.close();
            throw e;
        }
    }

    /**
     * Tells what requests to the model will take where the task runs, without loading it. The
     * caller closes the planner.
     *
     * @param gpus what Flink says of {@link #GPU_RESOURCE}
     * @throws io.flinkllava.runtime.LlavaException if the folder cannot be read
     */
    public RequestPlanner planner(TaskInfo task, Collection<? extends ExternalResourceInfo> gpus) {
        // Nothing of the device is used, only what it is.
        try (TaskDevice device =
                TaskDevice.take(options.device(), task.getAllocationIDAsString(), gpus)) {
            return RequestPlanner.open(Path.of(folder), options.withDevice(device.device()));
        }
    }
}
