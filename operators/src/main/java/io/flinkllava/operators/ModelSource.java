package io.flinkllava.operators;

import org.apache.flink.api.common.functions.RuntimeContext;

import java.io.Serializable;

/**
 * Where an operator gets its models from. Travels with the job; opens nothing before it is told.
 */
interface ModelSource extends Serializable {

    /**
     * Gets a model for a task, in the task's thread. The caller closes it.
     *
     * @throws io.flinkllava.runtime.LlavaException if there is no such model
     */
    OpenModel open(RuntimeContext context, ModelVersion version);

    /** Where the checkpoint of a version is. */
    default String folder(ModelVersion version) {
        return version.folder();
    }

    /** Closes what is kept open though nobody uses it, for the room that it takes. */
    default void closeIdle() {}
}
