package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.graph.ComputeType;
import io.flinkllava.runtime.graph.CopyGraph;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class BindingTest {

    /** A graph knows its inputs: binding another is what fails most easily. */
    @Test
    void whatCannotBeBoundLeavesNoTensorOpen() {
        Checkpoint checkpoint = CheckpointReader.read(Golden.checkpoint("llava15"));
        OnnxDevice device = OnnxDevice.resolve(ModelOptions.DEFAULT.withDevice(Device.CPU));
        try (OnnxSession session =
                        OnnxSession.load(
                                OnnxEnvironment.get(ModelOptions.DEFAULT.threads()),
                                device,
                                CopyGraph.write(checkpoint, ComputeType.FLOAT32),
                                checkpoint.weights());
                DeviceContext context = new DeviceContext(OrtApi.load(), device, session)) {
            try (Binding binding = new Binding(context, session)) {
                assertThatThrownBy(
                                () ->
                                        binding.input(
                                                "nobody",
                                                new HostBuffer().ofSize(8),
                                                ElementType.INT64,
                                                1))
                        .isInstanceOf(LlavaException.class)
                        .hasMessageContaining("nobody");
            }
            assertThat(context.openValues()).isZero();
        }
    }
}
