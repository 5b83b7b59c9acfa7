package io.flinkllava.examples.rules;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.FollowedFile;
import io.flinkllava.examples.LineLogSink;
import io.flinkllava.flink.files.PictureFiles;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The job of {@code rules}: pictures that appear, each with every rule -> yes or no -> alerts.
 *
 * @param interval how often the folder is looked at; empty to stop after what is there
 * @param first rules that hold from the start
 * @param rulesFrom where lines begin in the file that come while the job runs, in bytes
 */
record RulesJob(
        Path pictures,
        Optional<Duration> interval,
        Path rules,
        Map<String, Rule> first,
        long rulesFrom,
        String model,
        ModelOptions options,
        GenerationParameters generation) {

    void build(StreamExecutionEnvironment environment, Path output) {
        PictureFiles files = PictureFiles.in(pictures.toString()).withoutContent();
        interval.ifPresent(files::monitorContinuously);
        SingleOutputStreamOperator<Check> checks =
                environment
                        .fromSource(files.build(), WatermarkStrategy.noWatermarks(), "pictures")
                        .connect(laterRules(environment).broadcast(RuleBook.RULES))
                        .process(new RuleBook(first));
        // The picture itself is read where the model is asked, not carried along once for each
        // rule.
        Llava.choose(checks, Verdicts.choices())
                .model(model)
                .options(options)
                .generation(generation)
                .imageReference(Check::picture)
                .pictureAccess(
                        PictureAccess.NONE
                                .withPrefixes(List.of(pictures.toString()))
                                .withMaxBytes(options.limits().maxImageBytes()))
                .question(Check::question)
                .unordered()
                .answers()
                .flatMap(new Verdicts())
                .union(checks.getSideOutput(RuleBook.NOTES))
                .sinkTo(new LineLogSink(output.toString()))
                .setParallelism(1)
                .name("alerts");
    }

    private DataStream<String> laterRules(StreamExecutionEnvironment environment) {
        if (interval.isEmpty()) {
            // A job that ends cannot follow a file; a blank line is no rule.
            return environment.fromData("");
        }
        return environment.fromSource(
                FollowedFile.source(rules, rulesFrom), WatermarkStrategy.noWatermarks(), "rules");
    }
}
