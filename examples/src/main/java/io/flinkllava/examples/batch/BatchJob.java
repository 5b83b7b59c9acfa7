package io.flinkllava.examples.batch;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.requests.ImageRoot;
import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.GenerationParameters;

import java.nio.file.Path;

/** The job of {@code run-batch}. */
final class BatchJob {

    private final BatchSettings settings;

    BatchJob(BatchSettings settings) {
        this.settings = settings;
    }

    /** Adds the job to an environment: from the request file to a file of answers. */
    void build(StreamExecutionEnvironment environment, Path answers) {
        ImageRoot images =
                new ImageRoot(settings.imageRoot().toString(), settings.options().limits());
        GenerationParameters generation = settings.generation();
        Llava.ask(RequestRow.stream(environment, settings.input()))
                .model(settings.model().toString())
                .options(settings.options())
                .request(row -> row.request(images, generation))
                // Half of them generate, half are made ready; the sink restores the order.
                .capacity(2 * settings.options().batching().maxBatchSize())
                .unordered()
                .answers()
                .map(new AnswerFormat())
                .name("answers")
                .sinkTo(new AnswerSink(answers.toString()))
                .setParallelism(1)
                .name("file");
    }
}
