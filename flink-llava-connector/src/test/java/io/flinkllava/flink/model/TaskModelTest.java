package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.memory.NativeLedger;
import io.flinkllava.runtime.memory.NativeLedger.Balance;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.runtime.pool.PooledModel;
import io.flinkllava.testing.Golden;
import io.flinkllava.testing.NativeMemory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Which tasks share a model, with real ones. */
class TaskModelTest {

    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.AUTO).withMaxSequenceLength(64);

    private static Balance before;

    /** What stays for the life of the process is there from here on. */
    @BeforeAll
    static void openOnce() {
        LlavaModel.open(Golden.checkpoint("llava15"), OPTIONS).close();
        before = NativeLedger.balance();
    }

    @AfterEach
    void closeAll() {
        ModelPool.shared().closeIdle();
        assertThat(ModelPool.shared().models()).isEmpty();
        NativeMemory.awaitBalance(before);
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
        NativeMemory.awaitBalance(before);
        assertThat(ModelPool.shared().models()).isEmpty();
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
