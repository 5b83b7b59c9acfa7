package io.flinkllava.examples.watch;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.BundledModel;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.EngineWatch;
import io.flinkllava.examples.JobWatch;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.ProgressLine;
import io.flinkllava.examples.Verbosity;
import io.flinkllava.examples.WebUi;
import io.flinkllava.examples.WorkFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;

/** {@code watch-folder}: captions for the pictures of a folder as they come. */
@Command(
        name = "watch-folder",
        description =
                "Captions the pictures of a folder as they appear: into captions.jsonl, and on a page that"
                        + " shows the newest and can be searched while it grows.",
        sortOptions = false,
        footer = {
            "",
            "A picture has to appear whole: write it under a name that begins with '.', then rename"
                    + " it. Stopped and started again, it goes on where it was.",
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar watch-folder --folder pictures",
            "  java -jar flink-llava-local.jar watch-folder --folder pictures --once \\",
            "      --model llava-1.5-7b-hf --prompt 'What is on sale here?'"
        })
public final class WatchFolder implements Callable<Integer> {

    private static final String CAPTION = "Describe the image.";

    @Option(
            names = "--folder",
            required = true,
            paramLabel = "DIR",
            description = "Folder of pictures, with what it nests.")
    private Path folder;

    @Mixin private BundledModel model;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Where captions.jsonl and index.html go. Default: flink-llava-captions.")
    private Path output = Path.of("flink-llava-captions");

    @Option(
            names = "--prompt",
            paramLabel = "TEXT",
            description = "What to ask about each picture. Default: " + CAPTION)
    private String prompt = CAPTION;

    @Option(
            names = "--interval",
            paramLabel = "MILLIS",
            description = "How often the folder is looked at. Default: 1000.")
    private long interval = 1000;

    @Option(names = "--once", description = "Stop when the pictures that are there are done.")
    private boolean once;

    @Mixin private ModelArguments arguments;

    @Mixin private WebUi web;

    @Mixin private Verbosity verbosity;

    @Mixin private ArgumentChecks checks;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        check();
        verbosity.apply();
        Path work = WorkFolder.create();
        Path place = Files.createDirectories(output).toRealPath();
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(1, work).withWebUi(web).environment();
        job(place, model.folder(work)).build(environment, place);
        JobClient job = environment.executeAsync("watch-folder");
        out("Captions: " + place.resolve(LivePage.PAGE).toUri());
        if (!once) {
            spec.commandLine().getErr().println(web.line());
        }
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr());
        EngineWatch engines = new EngineWatch();
        try {
            new JobWatch(job, JobWatch.Console.of(progress, counts -> line(counts, engines)))
                    .await();
        } finally {
            progress.clear();
        }
        return 0;
    }

    private static String line(Map<String, Object> counts, EngineWatch engines) {
        engines.look();
        return engines.isLoaded()
                ? counts.getOrDefault(CaptionCount.CAPTIONS, 0) + " captions"
                : "loading the model";
    }

    private WatchJob job(Path place, Path checkpoint) throws IOException {
        Set<String> known = new HashSet<>();
        CaptionLog.read(place.resolve(CaptionSink.LOG), caption -> know(caption, known));
        return new WatchJob(
                folder.toRealPath(),
                once ? Optional.empty() : Optional.of(Duration.ofMillis(interval)),
                known,
                checkpoint.toString(),
                arguments.options(),
                arguments.generation(),
                prompt);
    }

    private static void know(Captioned caption, Set<String> known) {
        if (!caption.passing()) {
            known.add(caption.version());
        }
    }

    private void check() {
        checks.folder("--folder", folder);
        model.check(checks);
        checks.atLeast("--interval", interval, 10);
        web.check(checks);
        checks.model(arguments);
    }

    private void out(String line) {
        spec.commandLine().getOut().println(line);
    }
}
