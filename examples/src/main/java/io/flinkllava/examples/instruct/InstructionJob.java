package io.flinkllava.examples.instruct;

import org.apache.flink.api.common.RuntimeExecutionMode;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.AsyncDataStream;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.async.AsyncRetryStrategy;
import org.apache.flink.streaming.util.retryable.AsyncRetryStrategies;

import io.flinkllava.examples.TextFileSink;

import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/**
 * The job of {@code instruction-data}: elements of annotation files -> what is known of each
 * picture -> assignments -> teacher -> LLaVA's JSON, or dead letters.
 *
 * @param categories names by their ids
 * @param perPicture samples for each picture
 * @param perSecond assignments that the teacher gets in a second
 * @param attempts how often the teacher is asked while it is not available
 */
record InstructionJob(
        List<Path> annotations,
        Map<Integer, String> categories,
        Teacher teacher,
        int perPicture,
        double perSecond,
        int attempts) {

    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);
    private static final int ASKED_AT_ONCE = 16;

    void build(StreamExecutionEnvironment environment, Path samples, Path deadLetters) {
        environment.setRuntimeMode(RuntimeExecutionMode.BATCH);
        DataStream<Assignment> assignments =
                environment
                        .fromSource(
                                AnnotationFormat.source(annotations, categories),
                                WatermarkStrategy.noWatermarks(),
                                "annotations")
                        .keyBy(PictureFacts::id)
                        .reduce(PictureFacts::with)
                        .name("pictures")
                        .filter(PictureFacts::isComplete)
                        .flatMap(new Assignments(perPicture))
                        .setParallelism(1)
                        .name("assignments");
        SingleOutputStreamOperator<String> marked =
                AsyncDataStream.orderedWaitWithRetry(
                                assignments,
                                new Teaching(teacher, perSecond),
                                PATIENCE.toMillis(),
                                TimeUnit.MILLISECONDS,
                                ASKED_AT_ONCE,
                                again())
                        .name("teacher")
                        .process(new Marking())
                        .name("samples");
        marked.sinkTo(TextFileSink.jsonArray(samples)).setParallelism(1).name("instruct.json");
        marked.getSideOutput(Marking.DEAD_LETTERS)
                .sinkTo(TextFileSink.lines(deadLetters))
                .setParallelism(1)
                .name("dead letters");
    }

    private AsyncRetryStrategy<Taught> again() {
        return new AsyncRetryStrategies.ExponentialBackoffDelayRetryStrategyBuilder<Taught>(
                        attempts, FIRST_PAUSE.toMillis(), LONGEST_PAUSE.toMillis(), 2)
                .ifResult(
                        (Predicate<Collection<Taught>> & Serializable)
                                results -> results.stream().anyMatch(Taught::passing))
                .build();
    }
}
