package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.graph.ProductsGraph;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The floor below {@link StepBenchmark#prefill}: its matrix products alone, as plain {@code Gemm}
 * nodes of one graph. Their ratio is the share of the arithmetic's speed that a prefill reaches.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class ProductsBenchmark {

    private OnnxSession session;
    private DeviceContext context;
    private Binding binding;

    @Setup
    public void open() {
        Checkpoint checkpoint = CheckpointReader.read(StepBenchmark.checkpoint());
        OnnxDevice device = OnnxDevice.resolve(ModelOptions.DEFAULT.withDevice(Device.CPU));
        session =
                OnnxSession.load(
                        OnnxEnvironment.get(ModelOptions.CHECKPOINT_DEFAULT),
                        device,
                        ProductsGraph.write(checkpoint),
                        checkpoint.weights());
        context = new DeviceContext(OrtApi.load(), device, session);
        binding = new Binding(context, session);
        int hidden = checkpoint.config().text().hiddenSize();
        ByteBuffer in = floats(StepBenchmark.PROMPT * hidden);
        Random random = new Random(1);
        while (in.hasRemaining()) {
            in.putFloat((float) random.nextGaussian());
        }
        in.rewind();
        binding.input(ProductsGraph.IN, in, ElementType.FLOAT32, StepBenchmark.PROMPT, hidden);
        binding.output(ProductsGraph.OUT, floats(hidden), ElementType.FLOAT32, 1, hidden);
    }

    private static ByteBuffer floats(int count) {
        return ByteBuffer.allocateDirect(count * Float.BYTES).order(ByteOrder.nativeOrder());
    }

    @Benchmark
    public void products() {
        binding.run();
    }

    @TearDown
    public void close() {
        binding.close();
        context.close();
        session.close();
    }
}
