package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.runtime.checkpoint.Checkpoint;
import io.flinkllava.runtime.checkpoint.CheckpointReader;
import io.flinkllava.runtime.engine.Prompt;
import io.flinkllava.runtime.engine.StepExecutor.RowToken;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/**
 * A step of a language model on the CPU: the prefill of a prompt of words, and a decode step of so
 * many rows behind it. With the tiny golden checkpoint it is mostly what a step costs apart from
 * arithmetic; {@code -Dllava.checkpoint=DIR} takes another.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class StepBenchmark {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints/llava15");
    static final int PROMPT = 226;
    private static final int LENGTH = 500;

    @Param({"1", "8"})
    int rows;

    private OnnxStepExecutor executor;
    private Prompt prompt;
    private List<RowToken> inputs;
    private int decoded;

    @Setup
    public void open() {
        Checkpoint checkpoint = CheckpointReader.read(checkpoint());
        ModelOptions options = ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxBatchSize(rows);
        executor = OnnxStepExecutor.open(checkpoint, options, LENGTH);
        prompt = new Prompt(IntStream.range(0, PROMPT).map(i -> 3 + i % 100).toArray());
        inputs = IntStream.range(0, rows).mapToObj(row -> new RowToken(row, 5)).toList();
    }

    static Path checkpoint() {
        String named = System.getProperty("llava.checkpoint");
        return named == null ? GOLDEN : Path.of(named);
    }

    @Setup(Level.Iteration)
    public void fill() {
        for (int row = 0; row < rows; row++) {
            executor.prefill(row, prompt, false);
        }
        decoded = 0;
    }

    @Benchmark
    public int decode() {
        if (++decoded == LENGTH - PROMPT) {
            fill();
        }
        return executor.decode(inputs, false).best(0);
    }

    @Benchmark
    public int prefill() {
        return executor.prefill(0, prompt, false).best(0);
    }

    @TearDown
    public void close() {
        executor.close();
    }
}
