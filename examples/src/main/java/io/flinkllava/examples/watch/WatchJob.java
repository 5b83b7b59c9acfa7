package io.flinkllava.examples.watch;

import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.flink.files.PictureFile;
import io.flinkllava.flink.files.PictureFiles;
import io.flinkllava.operators.Llava;
import io.flinkllava.operators.LlavaResult;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;
import io.flinkllava.runtime.ModelOptions;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * The job of {@code watch-folder}: files that appear -> captions -> log and page.
 *
 * @param interval how often the folder is looked at; empty to stop after what is there
 * @param known versions of pictures that have their captions already
 */
record WatchJob(
        Path folder,
        Optional<Duration> interval,
        Set<String> known,
        String model,
        ModelOptions options,
        GenerationParameters generation,
        String prompt) {

    /** Failures that are nobody's fault: the same picture may get its caption later. */
    private static final Set<LlavaErrorCode> PASSING =
            Set.of(LlavaErrorCode.CAPACITY, LlavaErrorCode.UNAVAILABLE);

    void build(StreamExecutionEnvironment environment, Path output) {
        PictureFiles files =
                PictureFiles.in(folder.toString()).withMaxBytes(options.limits().maxImageBytes());
        interval.ifPresent(files::monitorContinuously);
        // Fields of a record would draw all of it into the functions.
        Set<String> captioned = known;
        String question = prompt;
        Llava.ask(
                        environment
                                .fromSource(
                                        files.build(), WatermarkStrategy.noWatermarks(), "pictures")
                                .filter(file -> !captioned.contains(version(file))))
                .model(model)
                .options(options)
                .generation(generation)
                .image(file -> content(file))
                .question(file -> question)
                .unordered()
                .name("captions")
                .answers()
                .map(new CaptionCount())
                .sinkTo(new CaptionSink(output.toString()))
                .setParallelism(1)
                .name("page");
    }

    private static String path(PictureFile file) {
        return new org.apache.flink.core.fs.Path(file.path()).getPath();
    }

    private static String version(PictureFile file) {
        return Captioned.version(path(file), file.modificationTime().toEpochMilli());
    }

    private static byte[] content(PictureFile file) {
        if (file.problem() != null) {
            throw LlavaException.input(file.problem());
        }
        return file.content();
    }

    static Captioned captioned(LlavaResult<PictureFile> result) {
        PictureFile file = result.input();
        LlavaAnswer answer = result.answer();
        boolean failed = answer instanceof LlavaAnswer.Failure;
        boolean passing = failed && PASSING.contains(result.failure().code());
        return new Captioned(
                path(file),
                file.modificationTime().toEpochMilli(),
                failed ? result.failure().message() : result.text().strip(),
                failed,
                passing,
                failed ? 0 : result.generated().completionTokens(),
                failed ? 0 : result.generated().timing().total() / 1_000_000,
                result.model(),
                System.currentTimeMillis());
    }
}
