package io.flinkllava.flink.model;

import org.apache.flink.api.common.externalresource.ExternalResourceInfo;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import org.junit.jupiter.api.Test;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class TaskDeviceTest {

    private static final List<Gpu> NONE = List.of();
    private static final List<Gpu> TWO = List.of(new Gpu("3"), new Gpu("1"));

    @Test
    void autoIsTheCpuWhereFlinkHasNoGpu() {
        assertThat(device(Device.AUTO, "s", NONE)).isEqualTo(Device.CPU);
    }

    @Test
    void autoSpreadsSlotsOverFlinksGpus() {
        assertThat(List.of(device(Device.AUTO, "slot-a", TWO), device(Device.AUTO, "slot-b", TWO)))
                .containsExactlyInAnyOrder(Device.auto(1), Device.auto(3));
    }

    @Test
    void cpuStaysTheCpu() {
        assertThat(device(Device.CPU, "s", TWO)).isEqualTo(Device.CPU);
    }

    @Test
    void namedGpuIsTaken() {
        assertThat(device(Device.gpu(3), "s", TWO)).isEqualTo(Device.gpu(3));
        assertThat(device(Device.gpu(0), "s", NONE)).isEqualTo(Device.gpu(0));
    }

    @Test
    void gpuThatIsNotFlinksIsRefused() {
        assertThatThrownBy(() -> device(Device.gpu(0), "s", TWO))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("gpu:0")
                .hasMessageContaining("[1, 3]");
    }

    @Test
    void resourceWithoutNumberIsRefused() {
        List<Gpu> odd = List.of(new Gpu("first"));
        assertThatThrownBy(() -> device(Device.AUTO, "s", odd))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("'first'");
    }

    @Test
    void slotWhoseTaskEndedDoesNotCount() {
        List<Gpu> two = List.of(new Gpu("11"), new Gpu("12"));
        TaskDevice.take(Device.AUTO, "ended-a", two).close();
        try (TaskDevice lives = TaskDevice.take(Device.AUTO, "lives-b", two)) {
            TaskDevice.take(Device.AUTO, "ended-c", two).close();
            assertThat(device(Device.AUTO, "new-d", two)).isNotEqualTo(lives.device());
            assertThat(device(Device.AUTO, "ended-a", two)).isEqualTo(Device.auto(11));
        }
    }

    private static Device device(Device wanted, String slot, List<Gpu> gpus) {
        return TaskDevice.take(wanted, slot, gpus).device();
    }

    private record Gpu(String index) implements ExternalResourceInfo {

        @Override
        public Optional<String> getProperty(String key) {
            return key.equals("index") ? Optional.of(index) : Optional.empty();
        }

        @Override
        public Collection<String> getKeys() {
            return Set.of("index");
        }
    }
}
