package io.flinkllava.examples.benchmark;

import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.api.java.tuple.Tuple2;

import io.flinkllava.examples.benchmark.Arrivals.Answered;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.LlavaRequest;

import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Hands the answers of a job to the benchmark that runs it in the same process. A client that
 * collects results asks the job for them time and again, and a job that serves a sink has none.
 */
record BenchmarkSink(UUID run)
        implements Sink<LlavaResult<Tuple2<Long, LlavaRequest>>>, AutoCloseable {

    /** By run: the sink that writes is a copy of the one that was opened. */
    private static final Map<UUID, List<Answered>> RUNS = new ConcurrentHashMap<>();

    static BenchmarkSink open() {
        BenchmarkSink sink = new BenchmarkSink(UUID.randomUUID());
        RUNS.put(sink.run, new CopyOnWriteArrayList<>());
        return sink;
    }

    /** What has come so far. */
    List<Answered> answers() {
        return List.copyOf(RUNS.get(run));
    }

    @Override
    public void close() {
        RUNS.remove(run);
    }

    @Override
    public SinkWriter<LlavaResult<Tuple2<Long, LlavaRequest>>> createWriter(
            WriterInitContext context) {
        return new Writer(RUNS.get(run));
    }

    private record Writer(List<Answered> answers)
            implements SinkWriter<LlavaResult<Tuple2<Long, LlavaRequest>>> {

        @Override
        public void write(LlavaResult<Tuple2<Long, LlavaRequest>> result, Context context) {
            answers.add(new Answered(result.answer(), result.input().f0, System.nanoTime()));
        }

        @Override
        public void flush(boolean endOfInput) {}

        @Override
        public void close() {}
    }
}
