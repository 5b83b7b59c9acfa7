package io.flinkllava.examples.instruct;

import org.apache.flink.configuration.MemorySize;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.JobWatch;
import io.flinkllava.examples.OutputFile;
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
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;

/** {@code instruction-data}: annotated pictures become data to train a LLaVA with. */
@Command(
        name = "instruction-data",
        description =
                "Writes visual instruction data as LLaVA's authors did: a teacher who sees only captions"
                        + " and boxes writes conversations, detailed descriptions and complex"
                        + " reasoning, 58 : 23 : 77.",
        sortOptions = false,
        footer = {
            "",
            "Without --chat-url the teacher is a set of rules. A key for the endpoint is taken from"
                    + " OPENAI_API_KEY.",
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar instruction-data --captions captions_val2017.json \\",
            "      --boxes instances_val2017.json --output instruct.json",
            "  ... --chat-url http://localhost:8000/v1 --chat-model qwen2.5-72b --rate 5"
        })
public final class InstructionData implements Callable<Integer> {

    @Option(
            names = "--captions",
            required = true,
            paramLabel = "FILE",
            description = "Captions in COCO's format (captions_*.json).")
    private Path captions;

    @Option(
            names = "--boxes",
            paramLabel = "FILE",
            description = "Boxes in COCO's format (instances_*.json). Default: none.")
    private Path boxes;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "LLaVA's JSON; replaced as a whole when it is complete.")
    private Path output;

    @Option(
            names = "--dead-letters",
            paramLabel = "FILE",
            description =
                    "What the teacher wrote and is no sample, and why, one JSON object a line. Default:"
                            + " the output's name with .dead-letters.jsonl behind it.")
    private Path deadLetters;

    @Option(
            names = "--per-picture",
            paramLabel = "N",
            description = "Samples for each picture. Default: 2.")
    private int perPicture = 2;

    @Option(
            names = "--chat-url",
            paramLabel = "URL",
            description = "An OpenAI-compatible API, such as http://localhost:8000/v1.")
    private URI chatUrl;

    @Option(names = "--chat-model", paramLabel = "NAME", description = "The model's name there.")
    private String chatModel;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Requests to the teacher in a second, at most. Default: 1000.")
    private double rate = 1000;

    @Option(
            names = "--attempts",
            paramLabel = "N",
            description =
                    "How often a teacher is asked that is busy (429), broken (5xx) or not reached, with"
                            + " growing pauses. Default: 6.")
    private int attempts = 6;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Subtasks that ask, 16 requests each at once. Default: 1.")
    private int parallelism = 1;

    @Mixin private WebUi web;

    @Mixin private Verbosity verbosity;

    @Mixin private ArgumentChecks checks;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        InstructionJob job = job();
        checkOutputs();
        verbosity.apply();
        try (OutputFile samples = OutputFile.at(output);
                OutputFile letters = OutputFile.at(deadLetters)) {
            Map<String, Object> counts = run(job, samples.temporary(), letters.temporary());
            samples.publish();
            letters.publish();
            spec.commandLine().getErr().println("Done: " + line(counts) + "; " + output);
        }
        return 0;
    }

    private Map<String, Object> run(InstructionJob job, Path samples, Path letters)
            throws Exception {
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(parallelism, WorkFolder.create())
                        .withWebUi(web)
                        .withSorting(MemorySize.ofMebiBytes(32))
                        .environment();
        job.build(environment, samples, letters);
        JobClient client = environment.executeAsync("instruction-data");
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr());
        try {
            return new JobWatch(client, JobWatch.Console.of(progress, InstructionData::line))
                    .await();
        } finally {
            progress.clear();
        }
    }

    private static String line(Map<String, Object> counts) {
        return counts.getOrDefault(Marking.SAMPLES, 0)
                + " samples, "
                + counts.getOrDefault(Marking.REFUSED, 0)
                + " dead letters";
    }

    private InstructionJob job() throws IOException {
        checks.atLeast("--per-picture", perPicture, 1);
        checks.atLeast("--attempts", attempts, 1);
        checks.atLeast("--parallelism", parallelism, 1);
        web.check(checks);
        if (!(rate > 0)) {
            throw checks.refuse("--rate is " + rate + ", it must be above 0");
        }
        List<Path> files = new ArrayList<>();
        checks.file("--captions", captions);
        files.add(captions);
        Map<Integer, String> categories = new TreeMap<>();
        if (boxes != null) {
            checks.file("--boxes", boxes);
            files.add(boxes);
            categories.putAll(AnnotationFile.categories(boxes));
        }
        return new InstructionJob(
                files, categories, teacher(categories), perPicture, rate, attempts);
    }

    private void checkOutputs() {
        if (deadLetters == null) {
            deadLetters = Path.of(output + ".dead-letters.jsonl");
        }
        checks.output("--output", output);
        checks.differs("--output", output, "--captions", captions);
        checks.differs("--output", output, "--boxes", boxes);
        checks.output("--dead-letters", deadLetters);
        checks.differs("--dead-letters", deadLetters, "--captions", captions);
        checks.differs("--dead-letters", deadLetters, "--boxes", boxes);
        checks.differs("--dead-letters", deadLetters, "--output", output);
    }

    private Teacher teacher(Map<Integer, String> categories) {
        if (chatUrl == null) {
            return new FactTeacher(List.copyOf(categories.values()));
        }
        if (chatModel == null) {
            throw checks.refuse("--chat-url needs --chat-model: the model's name at the endpoint");
        }
        if (!"http".equals(chatUrl.getScheme()) && !"https".equals(chatUrl.getScheme())) {
            throw checks.refuse("--chat-url '" + chatUrl + "' is no http or https URL");
        }
        String key = System.getenv().getOrDefault("OPENAI_API_KEY", "");
        return new ChatTeacher(chatUrl.toString().replaceAll("/+$", ""), chatModel, key);
    }
}
