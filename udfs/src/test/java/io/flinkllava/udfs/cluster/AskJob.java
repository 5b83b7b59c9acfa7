package io.flinkllava.udfs.cluster;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.serialization.SimpleStringEncoder;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.api.connector.source.util.ratelimit.RateLimiterStrategy;
import org.apache.flink.connector.datagen.source.DataGeneratorSource;
import org.apache.flink.connector.file.sink.FileSink;
import org.apache.flink.core.fs.Path;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.sink.filesystem.rollingpolicies.OnCheckpointRollingPolicy;

import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.ModelOptions;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;

/**
 * A job as a user writes it: questions about a picture, numbered from 0, and lines of {@code
 * number|finish reason|token ids|text} in files. Arguments: model folder, picture, output folder,
 * how many questions, how many a second.
 */
public final class AskJob {

    /** How many questions there are to a picture; which one is asked, the number says. */
    static final int DIFFERENT = 4;

    static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);
    static final GenerationParameters GENERATION =
            GenerationParameters.DEFAULT.withMaxNewTokens(16);

    private AskJob() {}

    public static void main(String[] arguments) throws Exception {
        String picture = arguments[1];
        StreamExecutionEnvironment env = StreamExecutionEnvironment.getExecutionEnvironment();
        env.enableCheckpointing(250);
        DataStream<Long> numbers =
                env.fromSource(
                        new DataGeneratorSource<>(
                                number -> number,
                                Long.parseLong(arguments[3]),
                                RateLimiterStrategy.perSecond(Double.parseDouble(arguments[4])),
                                Types.LONG),
                        WatermarkStrategy.noWatermarks(),
                        "numbers");
        // Rebalanced: a task that fails takes the others with it.
        Llava.ask(numbers.rebalance())
                .model(arguments[0])
                .options(arguments.length < 6 ? OPTIONS : on(arguments[5]))
                .generation(GENERATION)
                .image(number -> read(picture))
                .question(AskJob::question)
                .uid("ask")
                .answers()
                .map(result -> line(result.input(), result.generated()))
                .sinkTo(
                        FileSink.forRowFormat(
                                        new Path(arguments[2]), new SimpleStringEncoder<String>())
                                .withRollingPolicy(OnCheckpointRollingPolicy.build())
                                .build())
                .uid("files");
        env.execute("ask");
    }

    private static ModelOptions on(String device) {
        return OPTIONS.withDevice(Device.parse(device));
    }

    static String question(long number) {
        return "What is this, number " + number % DIFFERENT + "?";
    }

    static String line(long number, LlavaAnswer.Text answer) {
        return String.join(
                "|",
                Long.toString(number),
                answer.finishReason().toString(),
                answer.tokenIds().toString(),
                answer.text().replaceAll("\\R", " "));
    }

    private static byte[] read(String picture) {
        try {
            return Files.readAllBytes(java.nio.file.Path.of(picture));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
