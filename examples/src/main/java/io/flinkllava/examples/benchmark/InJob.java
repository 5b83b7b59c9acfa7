package io.flinkllava.examples.benchmark;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.java.tuple.Tuple2;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.WorkFolder;
import io.flinkllava.flink.model.ModelScope;
import io.flinkllava.flink.types.LlavaRequestTypeInfo;
import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.util.List;

/**
 * The same requests as records of a Flink job in this process. Starting the cluster and the job is
 * not part of the time: a request is submitted when it leaves the source.
 */
record InJob(Path folder, ModelOptions options, int capacity) implements Arrivals {

    /** The scope in which tasks of this process share a model with whoever has leased it. */
    static final String SHARED = "device";

    private static final TypeInformation<Tuple2<Long, LlavaRequest>> SUBMITTED =
            Types.TUPLE(Types.LONG, LlavaRequestTypeInfo.INSTANCE);

    @Override
    public String label() {
        return capacity + " at once in a job";
    }

    @Override
    public List<Answered> run(LlavaModel model, List<LlavaRequest> requests) throws Exception {
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(1, WorkFolder.create()).environment();
        try (BenchmarkSink sink = BenchmarkSink.open()) {
            Llava.ask(
                            environment
                                    .fromData(requests, LlavaRequestTypeInfo.INSTANCE)
                                    .map(request -> Tuple2.of(System.nanoTime(), request))
                                    .returns(SUBMITTED))
                    .model(folder.toString())
                    .options(options)
                    .scope(ModelScope.DEVICE)
                    .request(record -> record.f1)
                    .capacity(capacity)
                    .unordered()
                    .answers()
                    .sinkTo(sink);
            environment.execute("benchmark");
            return sink.answers();
        }
    }
}
