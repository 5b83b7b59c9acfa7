package io.flinkllava.examples.conversation;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.BundledFiles;
import io.flinkllava.examples.BundledModel;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.LineConsole;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.ProgressLine;
import io.flinkllava.examples.StateFolder;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** {@code conversation}: several users talk about their pictures at once. */
@Command(
        name = "conversation",
        description =
                "Answers the turns of several users, each with what was said before in the same dialogue. What"
                        + " is remembered outlives the process: started again with the same --state,"
                        + " it goes on.",
        sortOptions = false,
        footer = {
            "",
            "A turn is a line of JSON, and there when the line has ended (with --once, the last need"
                    + " not). Pictures are named from the"
                    + " input's folder on:",
            "  {\"user\": \"ann\", \"image\": \"cat.png\", \"question\": \"What is this?\"}",
            "  {\"user\": \"ann\", \"question\": \"What colour is it?\"}",
            "  {\"user\": \"ann\", \"reset\": true}",
            "",
            "Without --input it shows a bundled conversation and stops. With it, turns that are"
                    + " appended are answered until it is interrupted, or, with --once, until those"
                    + " that are there are answered.",
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar conversation",
            "  java -jar flink-llava-local.jar conversation --input turns.jsonl \\",
            "      --output replies.jsonl --state dialogues --model llava-1.5-7b-hf"
        })
public final class Conversation implements Callable<Integer> {

    private static final long LOOK_MILLIS = 50;

    @Option(
            names = "--input",
            paramLabel = "FILE",
            description = "Turns, one JSON object a line. Default: bundled ones.")
    private Path input;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description =
                    "Replies, one JSON object for each line of the input. Default:"
                            + " flink-llava-replies.jsonl.")
    private Path output = Path.of("flink-llava-replies.jsonl");

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Where dialogues are kept, and how far the input was read. Belongs to one input and"
                            + " output. Default: a temporary folder.")
    private Path state;

    @Mixin private BundledModel model;

    @Option(
            names = "--remember",
            paramLabel = "MINUTES",
            description = "How long a dialogue is remembered after its last answer. Default: 60.")
    private long remember = 60;

    @Option(
            names = "--checkpoint-interval",
            paramLabel = "MILLIS",
            description = "How often the state is kept. Default: 1000.")
    private long checkpointInterval = 1000;

    @Option(names = "--once", description = "Stop when the turns that are there are answered.")
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
        StateFolder kept = new StateFolder(Files.createDirectories(state).toRealPath());
        prepareOutput(kept);
        StreamExecutionEnvironment environment =
                EmbeddedCluster.of(1, work).withWebUi(web).withState(kept).environment();
        environment.enableCheckpointing(checkpointInterval);
        job(model.folder(work)).build(environment, output.toAbsolutePath());
        Optional<Path> before = kept.newest();
        JobClient job = environment.executeAsync("conversation");
        if (!once) {
            spec.commandLine().getErr().println(web.line());
        }
        try (LineConsole console =
                new LineConsole(
                        output,
                        Files.size(output),
                        spec.commandLine().getOut(),
                        new ProgressLine(spec.commandLine().getErr()),
                        counts -> "waiting for turns")) {
            // By the first checkpoint, a job that went on has cut the output.
            await(job, console, () -> once && !kept.newest().equals(before));
            awaitReplies(job, console);
            kept.stop(job);
        }
        return 0;
    }

    /** Without state everything begins anew; with it the job cuts the file to where it was. */
    private void prepareOutput(StateFolder kept) throws IOException {
        if (kept.newest().isEmpty()) {
            Files.write(output, new byte[0]);
        } else if (!Files.exists(output)) {
            throw checks.refuse(
                    "--state '"
                            + state
                            + "' belongs to --output '"
                            + output
                            + "', which is gone: bring it back, or begin anew with another --state");
        }
    }

    /** Lines of the input and replies stand one for one. */
    private void awaitReplies(JobClient job, LineConsole console) throws Exception {
        try (LineCount turns = new LineCount(input);
                LineCount replies = new LineCount(output)) {
            await(job, console, () -> replies.ended() >= turns.all());
        }
    }

    private void await(JobClient job, LineConsole console, Callable<Boolean> done)
            throws Exception {
        CompletableFuture<?> end = job.getJobExecutionResult();
        while (!done.call()) {
            try {
                // Only a failure ends a job that reads for ever.
                end.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
            } catch (TimeoutException running) {
                if (console.isDue()) {
                    console.progress(Map.of());
                }
            }
        }
    }

    private void useBundled(Path work) throws IOException {
        if (input == null) {
            input =
                    BundledFiles.copy("tiny-llava/samples", work.resolve("samples"))
                            .resolve("conversation.jsonl");
            once = true;
        }
        if (state == null) {
            state = work.resolve("state");
        }
    }

    private ConversationJob job(Path checkpoint) throws IOException {
        Path turns = input.toRealPath();
        return new ConversationJob(
                turns,
                once,
                turns.getParent(),
                Duration.ofMinutes(remember),
                checkpoint.toString(),
                arguments.options(),
                arguments.generation());
    }

    private void check() {
        checks.file("--input", input);
        model.check(checks);
        checks.output("--output", output);
        checks.differs("--output", output, "--input", input);
        checks.atLeast("--remember", remember, 1);
        checks.atLeast("--checkpoint-interval", checkpointInterval, 10);
        web.check(checks);
        checks.model(arguments);
    }
}
