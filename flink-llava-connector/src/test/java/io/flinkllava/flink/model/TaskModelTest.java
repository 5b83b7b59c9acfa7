package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestPlanner;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.runtime.pool.PooledModel;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which tasks share a model, with real ones. */
class TaskModelTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.AUTO).withMaxSequenceLength(64);

    @AfterEach
    void closeAll() {
        ModelPool.shared().closeIdle();
        assertThat(ModelPool.shared().models()).isEmpty();
    }

    @Test
    void tasksOfASlotShareAModelAndOthersDoNot() {
        TaskModel model = model(ModelScope.SLOT);
        try (ModelLease first = model.lease(task("slot-a"), List.of());
                ModelLease second = model.lease(task("slot-a"), List.of());
                ModelLease elsewhere = model.lease(task("slot-b"), List.of())) {
            assertThat(second.model()).isSameAs(first.model());
            assertThat(elsewhere.model()).isNotSameAs(first.model());
            assertThat(first.model().info().device()).isEqualTo(Device.CPU);
        }
        assertThat(ModelPool.shared().models())
                .as("linger")
                .extracting(PooledModel::leases)
                .containsExactly(0, 0);
    }

    @Test
    void allSlotsOfADeviceShareAModel() {
        TaskModel model = model(ModelScope.DEVICE);
        try (ModelLease first = model.lease(task("slot-a"), List.of());
                ModelLease second = model.lease(task("slot-b"), List.of())) {
            assertThat(second.model()).isSameAs(first.model());
        }
    }

    @Test
    void aModelThatShallNotLingerIsClosedByItsLastTask() {
        model(ModelScope.SLOT).withLinger(Duration.ZERO).lease(task("slot-a"), List.of()).close();
        while (!ModelPool.shared().models().isEmpty()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void aPlanIsForTheDeviceThatTheTaskGets() {
        TaskModel model = model(ModelScope.SLOT);
        TaskModel onGpu =
                new TaskModel(model.folder(), OPTIONS.withDevice(Device.gpu(7)), ModelScope.SLOT);
        assertThat(2 * kvBytes(onGpu)).as("half precision").isEqualTo(kvBytes(model));
        assertThatThrownBy(() -> onGpu.planner(task("slot-a"), List.of(gpu("1"))))
                .hasMessageContaining("gpu:7")
                .hasMessageContaining("[1]");
    }

    private static ExternalResourceInfo gpu(String index) {
        return new ExternalResourceInfo() {
            @Override
            public Optional<String> getProperty(String key) {
                return Optional.of(index);
            }

            @Override
            public Set<String> getKeys() {
                return Set.of("index");
            }
        };
    }

    private static long kvBytes(TaskModel model) {
        try (RequestPlanner planner = model.planner(task("slot-a"), List.of())) {
            return planner.plan(10, 10, "What?", GenerationParameters.DEFAULT).kvBytes();
        }
    }

    @Test
    void lingeringIsNotNegative() {
        assertThatThrownBy(() -> model(ModelScope.SLOT).withLinger(Duration.ofSeconds(-1)))
                .hasMessageContaining("linger");
    }

    private static TaskModel model(ModelScope scope) {
        return new TaskModel(Golden.checkpoint("llava15").toString(), OPTIONS, scope);
    }

    private static TaskInfo task(String slot) {
        return (TaskInfo)
                Proxy.newProxyInstance(
                        TaskModelTest.class.getClassLoader(),
                        new Class<?>[] {TaskInfo.class},
                        (proxy, method, arguments) -> {
                            assertThat(method.getName()).isEqualTo("getAllocationIDAsString");
                            return slot;
                        });
    }
}
