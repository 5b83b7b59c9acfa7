package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.ComputeOptions.NumberType;
import io.flinkllava.runtime.Device;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class CheckpointPlannerTest {

    @Test
    void plansInTheNumbersThatTheDeviceComputesIn() {
        assertThat(CheckpointPlanner.elementBytes(NumberType.AUTO, Device.CPU)).isEqualTo(4);
        assertThat(CheckpointPlanner.elementBytes(NumberType.AUTO, Device.gpu(1))).isEqualTo(2);
        assertThat(CheckpointPlanner.elementBytes(NumberType.FLOAT32, Device.CPU)).isEqualTo(4);
        assertThat(CheckpointPlanner.elementBytes(NumberType.BFLOAT16, Device.gpu(0))).isEqualTo(2);
    }
}
