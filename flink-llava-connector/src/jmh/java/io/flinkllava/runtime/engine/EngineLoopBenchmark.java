package io.flinkllava.runtime.engine;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters.VisionCounters;

import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.nio.FloatBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What scheduling costs: the time of the engine's loop for each token, with an executor that takes
 * no time, eight rows, and 64 requests of 32 tokens.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class EngineLoopBenchmark {

    private static final int ROWS = 8;
    private static final int REQUESTS = 64;
    private static final int TOKENS = 32;

    private GenerationEngine engine;
    private List<GenerationRequest> requests;

    @Setup
    public void start() {
        EngineLimits limits =
                new EngineLimits(ROWS, 1000, 4096, Duration.ZERO, REQUESTS, true);
        engine =
                GenerationEngine.start("benchmark", new Instantly(), limits, System::nanoTime);
        requests = new ArrayList<>();
        for (int i = 0; i < REQUESTS; i++) {
            int[] ids = new int[600];
            ids[0] = i;
            requests.add(Requests.of(new Prompt(ids), TOKENS, 0, Set.of()));
        }
    }

    @Benchmark
    @OperationsPerInvocation(REQUESTS * TOKENS)
    public void tokens() {
        List<CompletableFuture<Generation>> answers = new ArrayList<>();
        for (GenerationRequest request : requests) {
            answers.add(Requests.submit(engine, request));
        }
        answers.forEach(CompletableFuture::join);
    }

    @TearDown
    public void close() {
        engine.close();
    }

    /** Answers at once, always the same. */
    private static final class Instantly implements StepExecutor, StepScores {

        @Override
        public Abilities abilities() {
            return new Abilities(true, true);
        }

        @Override
        public StepScores prefill(int row, Prompt prompt, int from, int to, boolean logits) {
            return this;
        }

        @Override
        public StepScores decode(List<RowToken> inputs, boolean logits) {
            return this;
        }

        @Override
        public int best(int index) {
            return 7;
        }

        @Override
        public FloatBuffer logits(int index) {
            throw new AssertionError("Nobody asks for them");
        }

        @Override
        public void copyPrefix(int fromRow, int toRow, int length) {}

        @Override
        public void release(int row) {}

        @Override
        public int rows() {
            return ROWS;
        }

        @Override
        public Device device() {
            return Device.CPU;
        }

        @Override
        public Transfers transfers() {
            return new Transfers(0, 0);
        }

        @Override
        public VisionCounters vision() {
            return VisionCounters.NONE;
        }

        @Override
        public void close() {}
    }
}
