package io.flinkllava.examples.quickstart;

import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.util.CloseableIterator;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.BundledFiles;
import io.flinkllava.examples.BundledModel;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.EngineWatch;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.Verbosity;
import io.flinkllava.examples.WorkFolder;
import io.flinkllava.examples.requests.ImageRoot;
import io.flinkllava.examples.requests.RequestRow;
import io.flinkllava.operators.Llava;
import io.flinkllava.runtime.GenerationParameters;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;

/** {@code quickstart}: a stream of pictures through a model, to the console and to a page. */
@Command(
        name = "quickstart",
        description =
                "Starts a Flink cluster in this process and asks the bundled model about the bundled"
                        + " pictures; answers go to the console and to a page of HTML.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar quickstart",
            "  java -jar flink-llava-local.jar quickstart --model llava-1.5-7b-hf"
                    + " --samples my-pictures"
        })
public final class Quickstart implements Callable<Integer> {

    private static final String QUESTIONS = "samples.jsonl";

    @Mixin private BundledModel model;

    @Option(
            names = "--samples",
            paramLabel = "DIR",
            description =
                    "Folder of pictures with a "
                            + QUESTIONS
                            + ", whose lines are requests as run-batch has them. Default: bundled"
                            + " pictures.")
    private Path samples;

    @Option(
            names = "--output",
            paramLabel = "DIR",
            description = "Where index.html goes. Default: flink-llava-gallery.")
    private Path output = Path.of("flink-llava-gallery");

    @Mixin private ModelArguments arguments;

    @Mixin private Verbosity verbosity;

    @Mixin private ArgumentChecks checks;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        model.check(checks);
        checks.folder("--samples", samples);
        if (samples != null && !Files.isRegularFile(samples.resolve(QUESTIONS))) {
            throw checks.refuse("--samples '" + samples + "' has no " + QUESTIONS);
        }
        checks.model(arguments);
        verbosity.apply();
        Path work = WorkFolder.create();
        Path checkpoint = model.folder(work);
        if (samples == null) {
            samples = BundledFiles.copy("tiny-llava/samples", work.resolve("samples"));
        }
        Path page = Files.createDirectories(output).resolve("index.html");
        EngineWatch engines = new EngineWatch();
        List<Exchange> exchanges = ask(work, checkpoint, engines);
        String summary = summary(exchanges, engines);
        new Gallery(images()).write(page, name(checkpoint), summary, exchanges);
        out().println(summary);
        out().println("Gallery: " + page.toAbsolutePath().toUri());
        return 0;
    }

    // Closing the iterator may be interrupted, which javac warns of and which ends the command.
    @SuppressWarnings("try")
    private List<Exchange> ask(Path work, Path checkpoint, EngineWatch engines) throws Exception {
        StreamExecutionEnvironment environment = EmbeddedCluster.of(1, work).environment();
        ImageRoot images = images();
        GenerationParameters generation = arguments.generation();
        List<Exchange> exchanges = new ArrayList<>();
        try (CloseableIterator<Exchange> answers =
                Llava.ask(RequestRow.stream(environment, samples.resolve(QUESTIONS)))
                        .model(checkpoint.toString())
                        .options(arguments.options())
                        .request(row -> row.request(images, generation))
                        .unordered()
                        .answers()
                        .map(Exchange::of)
                        .executeAndCollect("quickstart")) {
            while (answers.hasNext()) {
                Exchange exchange = answers.next();
                show(exchange);
                engines.look();
                exchanges.add(exchange);
            }
        }
        return exchanges;
    }

    private void show(Exchange exchange) {
        out().println(String.join(", ", exchange.images()) + ": " + exchange.question());
        out().println("    " + (exchange.failed() ? "No answer: " : "") + exchange.answer());
        out().flush();
    }

    private String summary(List<Exchange> exchanges, EngineWatch engines) {
        long pictures =
                exchanges.stream().flatMap(asked -> asked.images().stream()).distinct().count();
        long tokens = exchanges.stream().mapToLong(Exchange::tokens).sum();
        return String.format(
                Locale.ROOT,
                "%d answers about %d pictures, %d tokens in %.1f s, mean batch %.1f",
                exchanges.size(),
                pictures,
                tokens,
                engines.secondsSinceStart(),
                engines.meanBatchSize());
    }

    private ImageRoot images() {
        return new ImageRoot(samples.toString(), arguments.options().limits());
    }

    private static String name(Path checkpoint) throws IOException {
        return checkpoint.toRealPath().getFileName().toString();
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }
}
