package io.flinkllava.operators;

import org.apache.flink.api.common.functions.RuntimeContext;

import io.flinkllava.flink.model.TaskModel;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;

/**
 * Leases models from the process-wide pool.
 *
 * @param first the model that the job starts with; later ones differ from it in their folder alone
 */
record PoolModelSource(TaskModel first) implements ModelSource {

    private static final String RELEASE_HOOK = "flink-llava-models";

    @Override
    public OpenModel open(RuntimeContext context, ModelVersion version) {
        // Models linger in the pool so that a restart finds them; when the job is gone for good its
        // class loader goes, and the native memory must not stay.
        context.registerUserCodeClassLoaderReleaseHookIfAbsent(
                RELEASE_HOOK, () -> ModelPool.shared().closeIdle());
        TaskModel model =
                version.isFirst()
                        ? first
                        : new TaskModel(
                                folder(version), first.options(), first.scope(), first.linger());
        ModelLease lease =
                model.lease(
                        context.getTaskInfo(),
                        context.getExternalResourceInfos(TaskModel.GPU_RESOURCE));
        return new OpenModel(lease.model(), lease::close);
    }

    @Override
    public String folder(ModelVersion version) {
        return version.isFirst() ? first.folder() : version.folder();
    }

    @Override
    public void closeIdle() {
        ModelPool.shared().closeIdle();
    }
}
