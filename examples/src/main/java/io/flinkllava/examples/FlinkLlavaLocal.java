package io.flinkllava.examples;

import io.flinkllava.examples.batch.RunBatch;
import io.flinkllava.examples.benchmark.Benchmark;
import io.flinkllava.examples.benchmark.RandomCheckpoint;
import io.flinkllava.examples.conversation.Conversation;
import io.flinkllava.examples.instruct.InstructionData;
import io.flinkllava.examples.kafka.StreamCaptions;
import io.flinkllava.examples.quickstart.Quickstart;
import io.flinkllava.examples.rules.WatchRules;
import io.flinkllava.examples.watch.WatchFolder;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;

/** The command line of {@code flink-llava-local.jar}. */
@Command(
        name = "flink-llava-local.jar",
        description = "LLaVA models in Apache Flink, on this machine alone.",
        subcommands = {
            Quickstart.class,
            RunBatch.class,
            WatchFolder.class,
            WatchRules.class,
            Conversation.class,
            StreamCaptions.class,
            InstructionData.class,
            Benchmark.class,
            RandomCheckpoint.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = FlinkLlavaLocal.Version.class,
        scope = CommandLine.ScopeType.INHERIT,
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "'java -jar flink-llava-local.jar run-batch --help' tells more."})
public final class FlinkLlavaLocal implements Runnable {

    @Spec private CommandSpec spec;

    public static void main(String[] arguments) {
        // Answers are in any language; what Java 17 prints depends on the locale.
        System.setOut(utf8(FileDescriptor.out));
        System.setErr(utf8(FileDescriptor.err));
        CommandLine commandLine =
                commandLine()
                        .setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8))
                        .setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        System.exit(commandLine.execute(arguments));
    }

    /** The command line, to be executed. */
    public static CommandLine commandLine() {
        return new CommandLine(new FlinkLlavaLocal())
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler(FlinkLlavaLocal::refuse)
                .setExecutionExceptionHandler(FlinkLlavaLocal::fail);
    }

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(),
                "Say what to do: " + String.join(", ", spec.subcommands().keySet()));
    }

    private static int refuse(ParameterException problem, String[] arguments) {
        CommandLine command = problem.getCommandLine();
        command.getErr().println(problem.getMessage());
        command.getErr().println("Try --help.");
        return command.getCommandSpec().exitCodeOnInvalidInput();
    }

    private static int fail(
            Exception failure, CommandLine command, CommandLine.ParseResult arguments) {
        if (arguments.expandedArgs().contains("--verbose")) {
            failure.printStackTrace(command.getErr());
        }
        command.getErr().println(JobFailure.line(failure));
        return command.getCommandSpec().exitCodeOnExecutionException();
    }

    /** What the jar's manifest says. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = FlinkLlavaLocal.class.getPackage().getImplementationVersion();
            return new String[] {"flink-llava " + (version == null ? "(not packaged)" : version)};
        }
    }

    private static PrintStream utf8(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
