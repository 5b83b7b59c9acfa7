package io.flinkllava.examples.batch;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.JobWatch;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.OutputFile;
import io.flinkllava.examples.Verbosity;
import io.flinkllava.examples.WebUi;
import io.flinkllava.examples.WorkFolder;
import io.flinkllava.runtime.GenerationParameters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;

/** {@code run-batch}: a file of requests to a file of answers. */
@Command(
        name = "run-batch",
        description = "Answers a file of questions about pictures and videos.",
        sortOptions = false,
        footer = {
            "",
            "A request is a line of JSON:",
            "  {\"id\": \"a\", \"images\": [\"cat.png\"], \"question\": \"What is this?\"}",
            "  {\"id\": \"b\", \"images\": [\"cat.png\"], \"messages\": [",
            "      {\"role\": \"user\", \"content\": \"What is this?\"},",
            "      {\"role\": \"assistant\", \"content\": \"A cat.\"},",
            "      {\"role\": \"user\", \"content\": \"What colour?\"}]}     (in one line)",
            "  {\"id\": \"c\", \"video\": [\"frame0.png\", \"frame1.png\"], \"question\": \"What happens?\"}",
            "  {\"id\": \"d\", \"images\": [\"a.png\", \"b.png\"],",
            "   \"question\": \"<image> before, <image> after. What changed?\"}     (in one line)",
            "Pictures and the video stand where <image> and <video> do, or else in front.",
            "What the answer must look like is said by one of",
            "  \"choices\": [\"yes\", \"no\"]      each gets its probability",
            "  \"regex\": \"[0-9]+ cats?\"         matches the whole answer",
            "  \"json_schema\": {\"type\": \"object\", \"properties\": {...}}",
            "An answer is a line of JSON too, one for each request, in the same order:",
            "  {\"id\": \"a\", \"answer\": \"A cat.\", \"token_ids\": [319, 6635, 29889, 2],",
            "   \"prompt_tokens\": 593, \"completion_tokens\": 4, \"finish_reason\": \"stop\",",
            "   \"error\": null}",
            "A request that cannot be answered gets {\"code\", \"message\"} as its error.",
            "",
            "Exit status: 0 the job ran, 1 it failed (bad model folder, full disk), 2 bad"
                    + " arguments.",
            "",
            "Example:",
            "  java -jar flink-llava-local.jar run-batch --model llava-1.5-7b-hf \\",
            "      --input requests.jsonl --output answers.jsonl --max-new-tokens 64"
        })
public final class RunBatch implements Callable<Integer> {

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Hugging Face checkpoint folder.")
    private Path model;

    @Option(
            names = "--input",
            required = true,
            paramLabel = "FILE",
            description = "Requests, one JSON object a line.")
    private Path input;

    @Option(
            names = "--output",
            required = true,
            paramLabel = "FILE",
            description = "Answers; replaced as a whole when all are there.")
    private Path output;

    @Option(
            names = "--image-root",
            paramLabel = "DIR",
            description =
                    "Folder of the pictures and frames; nothing outside is read. Default: the folder of the"
                            + " input.")
    private Path imageRoot;

    @Mixin private ModelArguments arguments;

    @Option(
            names = "--candidates",
            paramLabel = "N",
            description =
                    "Answers to each request, by seeds one apart; more than one needs a"
                            + " --temperature. Default: 1.")
    private int candidates = 1;

    @Option(
            names = "--log-probabilities",
            description = "Says how likely each answer was, as a natural logarithm.")
    private boolean logProbabilities;

    @Option(
            names = "--parallelism",
            paramLabel = "N",
            description = "Subtasks that answer, each with a model of its own. Default: 1.")
    private int parallelism = 1;

    @Mixin private WebUi web;

    @Mixin private Verbosity verbosity;

    @Mixin private ArgumentChecks checks;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        BatchSettings settings = settings();
        verbosity.apply();
        try (OutputFile answers = outputFile()) {
            BatchConsole console = new BatchConsole(spec.commandLine().getErr());
            BatchCounts counts = run(settings, answers.temporary(), console);
            answers.publish();
            console.summary(counts, output);
        }
        return 0;
    }

    private BatchCounts run(BatchSettings settings, Path answers, BatchConsole console)
            throws Exception {
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(settings.parallelism(), WorkFolder.create())
                        .withWebUi(web)
                        .environment();
        new BatchJob(settings).build(environment, answers);
        JobClient job = environment.executeAsync("run-batch");
        try {
            return BatchCounts.of(new JobWatch(job, console).await());
        } finally {
            console.clear();
        }
    }

    private BatchSettings settings() {
        checks.folder("--model", model);
        checks.file("--input", input);
        checks.atLeast("--parallelism", parallelism, 1);
        web.check(checks);
        Path root = imageRoot == null ? input.toAbsolutePath().getParent() : imageRoot;
        checks.folder("--image-root", root);
        try {
            return new BatchSettings(
                    model, input, root, arguments.options(), generation(), parallelism);
        } catch (IllegalArgumentException e) {
            throw checks.refuse("--" + e.getMessage());
        }
    }

    private GenerationParameters generation() {
        return arguments
                .generation()
                .withCandidates(candidates)
                .withLogProbability(logProbabilities);
    }

    private OutputFile outputFile() {
        checks.output("--output", output);
        checks.differs("--output", output, "--input", input);
        try {
            return OutputFile.at(output);
        } catch (IOException e) {
            throw checks.refuse("--output '" + output + "' cannot be written: " + e);
        }
    }
}
