package io.flinkllava.flink.model;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.RequestPlanner;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Plans are for the device that the task gets. */
class TaskPlannerTest {

    private static final TaskInfo TASK = new TaskInfoImpl("task", 1, 0, 1, 0);

    @Test
    void aGpuComputesInHalfPrecision() {
        assertThat(2 * kvBytes(Device.gpu(7))).isEqualTo(kvBytes(Device.CPU));
        assertThat(kvBytes(Device.AUTO)).as("no GPU of Flink's").isEqualTo(kvBytes(Device.CPU));
    }

    @Test
    void aGpuThatIsNotFlinksIsRefused() {
        assertThatThrownBy(() -> model(Device.gpu(7)).planner(TASK, List.of(new Gpu("1"))))
                .hasMessageContaining("gpu:7")
                .hasMessageContaining("[1]");
    }

    private static long kvBytes(Device device) {
        try (RequestPlanner planner = model(device).planner(TASK, List.of())) {
            return planner.plan(10, 10, "What?", GenerationParameters.DEFAULT).kvBytes();
        }
    }

    private static TaskModel model(Device device) {
        return new TaskModel(
                Golden.checkpoint("llava15").toString(),
                ModelOptions.DEFAULT.withDevice(device).withMaxSequenceLength(64),
                ModelScope.SLOT);
    }

    private record Gpu(String index) implements ExternalResourceInfo {

        @Override
        public Optional<String> getProperty(String key) {
            return Optional.of(index);
        }

        @Override
        public Set<String> getKeys() {
            return Set.of("index");
        }
    }
}
