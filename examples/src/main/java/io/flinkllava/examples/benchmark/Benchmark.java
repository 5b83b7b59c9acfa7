package io.flinkllava.examples.benchmark;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.Verbosity;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.EngineCounters;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.pool.ModelKey;
import io.flinkllava.runtime.pool.ModelLease;
import io.flinkllava.runtime.pool.ModelPool;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/** {@code benchmark}: how fast a model answers, without Flink around it and as a job. */
@Command(
        name = "benchmark",
        description =
                "Asks a model about pictures of noise and prints requests/s, tokens/s, time to the first"
                        + " token, latencies and the mean batch, as a row of Markdown.",
        sortOptions = false,
        footer = {
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar benchmark --model llava-1.5-7b-hf --concurrency 8",
            "  ... --rate 2.5                        arrivals by chance, 2.5 a second",
            "  ... --new-tokens 8,8,8,256            answers of different lengths ...",
            "  ... --new-tokens 8,8,8,256 --static   ... in batches that wait for the longest",
            "  ... --pictures 1                      all questions about one picture",
            "  ... --job --device cpu --repeat 3     in turns with a Flink job"
        })
public final class Benchmark implements Callable<Integer> {

    private static final int WARM_UP = 2;

    @Option(
            names = "--model",
            required = true,
            paramLabel = "DIR",
            description = "Hugging Face checkpoint folder; random weights are as fast as others.")
    private Path model;

    @Option(names = "--requests", paramLabel = "N", description = "Default: 64.")
    private int requests = 64;

    @Option(
            names = "--concurrency",
            paramLabel = "N",
            description =
                    "Requests under way at once; the next comes when one is answered. Default:"
                            + " --max-batch-size.")
    private Integer concurrency;

    @Option(
            names = "--rate",
            paramLabel = "R",
            description = "Requests in a second instead, as a Poisson process.")
    private Double rate;

    @Option(
            names = "--static",
            description = "Batches of --concurrency instead, each after the one before has ended.")
    private boolean staticBatches;

    @Option(
            names = "--job",
            description =
                    "After each run another one, with the same model in a Flink job: from a source of"
                            + " records with pictures to a sink of answers.")
    private boolean job;

    @Option(
            names = "--new-tokens",
            paramLabel = "N[,N...]",
            split = ",",
            description = "Tokens of each answer; several are taken in turn. Default: 32.")
    private List<Integer> newTokens = List.of(32);

    @Option(
            names = "--pictures",
            paramLabel = "N",
            description = "Different pictures. Default: one for each request.")
    private Integer pictures;

    @Option(
            names = "--picture-size",
            paramLabel = "WxH",
            description = "In pixels. Default: 640x480.")
    private String pictureSize = "640x480";

    @Option(
            names = "--repeat",
            paramLabel = "N",
            description = "Runs one after the other, each with a row. Default: 1.")
    private int repeat = 1;

    @Option(names = "--name", paramLabel = "NAME", description = "What the row begins with.")
    private String name;

    @Option(names = "--json", description = "Lines of JSON instead of a table.")
    private boolean json;

    @Mixin private ModelArguments arguments;

    @Mixin private Verbosity verbosity;

    @Mixin private ArgumentChecks checks;

    @Spec private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        List<Arrivals> kinds = kinds();
        checkWorkload();
        verbosity.apply();
        try (ModelLease lease = ModelPool.shared().lease(key(), Duration.ZERO)) {
            for (Arrivals arrivals : kinds) {
                arrivals.run(lease.model(), workload(0, WARM_UP));
            }
            if (!json) {
                out(Report.HEADER);
            }
            int run = 1;
            for (int i = 0; i < repeat; i++) {
                for (Arrivals arrivals : kinds) {
                    Report report = measure(lease.model(), arrivals, workload(run++, requests));
                    out(json ? report.json() : report.row());
                }
            }
        }
        return 0;
    }

    /** As a job's tasks name it, so that they share the model. */
    private ModelKey key() {
        return new ModelKey(model, arguments.options(), InJob.SHARED);
    }

    private Report measure(LlavaModel opened, Arrivals arrivals, List<LlavaRequest> workload)
            throws Exception {
        EngineCounters before = opened.counters();
        List<Arrivals.Answered> answers = arrivals.run(opened, workload);
        return Report.of(rowName(arrivals), answers, before, opened.counters());
    }

    private String rowName(Arrivals arrivals) {
        if (name != null) {
            return name;
        }
        return model.getFileName() + ", " + arrivals.label();
    }

    private List<Arrivals> kinds() {
        checks.model(arguments);
        int batch = arguments.options().batching().maxBatchSize();
        int atOnce = concurrency == null ? batch : concurrency;
        checks.atLeast("--concurrency", atOnce, 1);
        Arrivals bare = bare(atOnce);
        if (job && arguments.options().device().kind() == Device.Kind.AUTO) {
            throw checks.refuse(
                    "--job needs --device cpu or gpu:N: a job takes auto for a GPU that Flink gives"
                            + " it, which is none in this process");
        }
        return job ? List.of(bare, new InJob(model, arguments.options(), atOnce)) : List.of(bare);
    }

    private Arrivals bare(int atOnce) {
        if (rate != null) {
            if (!(rate > 0) || staticBatches) {
                throw checks.refuse("--rate must be above 0 and excludes --static");
            }
            return new Arrivals.Poisson(rate, 0);
        }
        return staticBatches ? new Arrivals.StaticBatches(atOnce) : new Arrivals.ClosedLoop(atOnce);
    }

    private void checkWorkload() {
        checks.folder("--model", model);
        checks.atLeast("--requests", requests, 1);
        checks.atLeast("--repeat", repeat, 1);
        checks.atLeast("--pictures", pictures == null ? requests : pictures, 1);
        newTokens.forEach(tokens -> checks.atLeast("--new-tokens", tokens, 1));
        if (!pictureSize.matches("[1-9]\\d{0,3}x[1-9]\\d{0,3}")) {
            throw checks.refuse("--picture-size is '" + pictureSize + "', it must be like 640x480");
        }
    }

    private List<LlavaRequest> workload(int run, int count) {
        List<Integer> size = new ArrayList<>();
        for (String side : List.of(pictureSize.split("x", 2))) {
            size.add(Integer.parseInt(side));
        }
        return Workload.of(
                run,
                count,
                pictures == null ? requests : pictures,
                size.get(0),
                size.get(1),
                newTokens);
    }

    private void out(String line) {
        spec.commandLine().getOut().println(line);
    }
}
