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
        assertThat(TaskDevice.resolve(Device.AUTO, "s", NONE)).isEqualTo(Device.CPU);
    }

    @Test
    void autoSpreadsSlotsOverFlinksGpus() {
        assertThat(
                        List.of(
                                TaskDevice.resolve(Device.AUTO, "slot-a", TWO),
                                TaskDevice.resolve(Device.AUTO, "slot-b", TWO)))
                .containsExactlyInAnyOrder(Device.auto(1), Device.auto(3));
    }

    @Test
    void cpuStaysTheCpu() {
        assertThat(TaskDevice.resolve(Device.CPU, "s", TWO)).isEqualTo(Device.CPU);
    }

    @Test
    void namedGpuIsTaken() {
        assertThat(TaskDevice.resolve(Device.gpu(3), "s", TWO)).isEqualTo(Device.gpu(3));
        assertThat(TaskDevice.resolve(Device.gpu(0), "s", NONE)).isEqualTo(Device.gpu(0));
    }

    @Test
    void gpuThatIsNotFlinksIsRefused() {
        assertThatThrownBy(() -> TaskDevice.resolve(Device.gpu(0), "s", TWO))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("gpu:0")
                .hasMessageContaining("[1, 3]");
    }

    @Test
    void resourceWithoutNumberIsRefused() {
        List<Gpu> odd = List.of(new Gpu("first"));
        assertThatThrownBy(() -> TaskDevice.resolve(Device.AUTO, "s", odd))
                .isInstanceOf(LlavaException.class)
                .hasMessageContaining("'first'");
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
