package io.flinkllava.examples.rules;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.BundledFiles;
import io.flinkllava.examples.BundledModel;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.FileTail;
import io.flinkllava.examples.JobWatch;
import io.flinkllava.examples.LineConsole;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** {@code rules}: alerts where a picture is what a rule asks for. */
@Command(
        name = "rules",
        description =
                "Asks each picture of a folder every question of a file of rules, and writes an alert where the"
                        + " answer is yes with enough confidence. Pictures and rules may come"
                        + " while it runs.",
        sortOptions = false,
        footer = {
            "",
            "A rule is a line of JSON. A later line with the same id takes its place or removes it; it"
                    + " holds for pictures that come afterwards:",
            "  {\"id\": \"cross\", \"question\": \"Is there a red cross?\", \"least\": 0.8}",
            "  {\"id\": \"cross\", \"remove\": true}",
            "",
            "Without --pictures it shows bundled pictures and rules, and stops. With it the job runs"
                    + " until it is interrupted, or, with --once, until the pictures that are there"
                    + " are done.",
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar rules",
            "  java -jar flink-llava-local.jar rules --pictures gate --rules rules.jsonl \\",
            "      --model llava-1.5-7b-hf --output alerts.jsonl"
        })
public final class WatchRules implements Callable<Integer> {

    @Option(
            names = "--pictures",
            paramLabel = "DIR",
            description =
                    "Folder of pictures, with what it nests; they have to appear whole. Default:"
                            + " bundled ones.")
    private Path pictures;

    @Option(
            names = "--rules",
            paramLabel = "FILE",
            description = "Rules, one JSON object a line. Default: bundled ones.")
    private Path rules;

    @Mixin private BundledModel model;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Alerts, one JSON object a line; begun anew. Default: flink-llava-alerts.jsonl.")
    private Path output = Path.of("flink-llava-alerts.jsonl");

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
        useBundled(work);
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(1, work).withWebUi(web).environment();
        job(model.folder(work)).build(environment, output.toAbsolutePath());
        Files.write(output, new byte[0]);
        JobClient job = environment.executeAsync("rules");
        if (!once) {
            spec.commandLine().getErr().println(web.line());
        }
        Map<String, Object> counts;
        try (LineConsole console =
                new LineConsole(
                        output,
                        0,
                        spec.commandLine().getOut(),
                        new ProgressLine(spec.commandLine().getErr()),
                        WatchRules::line)) {
            counts = new JobWatch(job, console).await();
        }
        spec.commandLine().getErr().println("Done: " + line(counts) + "; " + output);
        return 0;
    }

    private void useBundled(Path work) throws IOException {
        if (pictures == null || rules == null) {
            Path samples = BundledFiles.copy("tiny-llava/samples", work.resolve("samples"));
            once |= pictures == null;
            pictures = pictures == null ? samples : pictures;
            rules = rules == null ? samples.resolve("rules.jsonl") : rules;
        }
    }

    private static String line(Map<String, Object> counts) {
        return counts.getOrDefault(Verdicts.CHECKS, 0)
                + " questions answered, "
                + counts.getOrDefault(Verdicts.ALERTS, 0)
                + " alerts";
    }

    private RulesJob job(Path checkpoint) throws IOException {
        Map<String, Rule> first = new TreeMap<>();
        // A last line without an end is still being written, unless nobody waits for it.
        List<FileTail.Line> lines = once ? FileTail.whole(rules) : FileTail.all(rules);
        for (FileTail.Line line : lines) {
            if (!line.text().isBlank()) {
                Rule rule = parse(line.text(), lines.indexOf(line) + 1);
                first.put(rule.id(), rule);
            }
        }
        return new RulesJob(
                pictures.toRealPath(),
                once ? Optional.empty() : Optional.of(Duration.ofMillis(interval)),
                rules.toRealPath(),
                first,
                lines.isEmpty() ? 0 : lines.get(lines.size() - 1).end(),
                checkpoint.toString(),
                arguments.options(),
                arguments.generation());
    }

    private Rule parse(String line, int number) {
        try {
            return Rule.parse(line);
        } catch (IllegalArgumentException e) {
            throw checks.refuse("Line " + number + " of --rules is no rule: " + e.getMessage());
        }
    }

    private void check() {
        checks.folder("--pictures", pictures);
        model.check(checks);
        checks.file("--rules", rules);
        checks.output("--output", output);
        checks.differs("--output", output, "--rules", rules);
        checks.atLeast("--interval", interval, 10);
        web.check(checks);
        checks.model(arguments);
    }
}
