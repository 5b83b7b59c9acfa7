package io.flinkllava.examples.kafka;

import org.apache.flink.core.execution.JobClient;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;

import io.flinkllava.examples.ArgumentChecks;
import io.flinkllava.examples.BundledFiles;
import io.flinkllava.examples.BundledModel;
import io.flinkllava.examples.EmbeddedCluster;
import io.flinkllava.examples.ModelArguments;
import io.flinkllava.examples.ProgressLine;
import io.flinkllava.examples.StateFolder;
import io.flinkllava.examples.Verbosity;
import io.flinkllava.examples.WebUi;
import io.flinkllava.examples.WorkFolder;
import io.flinkllava.flink.pictures.PictureAccess;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;

/** {@code stream-captions}: captions for a topic of pictures. */
@Command(
        name = "stream-captions",
        description =
                "Captions pictures from a Kafka topic into another, exactly once, over restarts too; what gets"
                        + " no caption goes to a third. Records are Avro; the schemas are in the"
                        + " jar, under avro/.",
        sortOptions = false,
        footer = {
            "",
            "Without --bootstrap-servers a broker is started in this process, fed with pictures, and"
                    + " stopped when all have their captions. With it the topics have to be there, and"
                    + " the job runs until it is interrupted; started again with the same --state, it"
                    + " goes on.",
            "",
            "Examples:",
            "  java -jar flink-llava-local.jar stream-captions",
            "  java -jar flink-llava-local.jar stream-captions --model llava-1.5-7b-hf \\",
            "      --bootstrap-servers broker:9092 --pictures pictures --captions captions \\",
            "      --state captions-state"
        })
public final class StreamCaptions implements Callable<Integer> {

    @Mixin private BundledModel model;

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            description = "Kafka brokers. Default: one is started in this process.")
    private String bootstrapServers;

    @Option(
            names = "--pictures",
            paramLabel = "TOPIC",
            description = "Topic of pictures. Default: pictures.")
    private String pictures = "pictures";

    @Option(
            names = "--captions",
            paramLabel = "TOPIC",
            description = "Topic of captions. Default: captions.")
    private String captions = "captions";

    @Option(
            names = "--dead-letters",
            paramLabel = "TOPIC",
            description = "Topic of pictures without a caption. Default: dead-letters.")
    private String deadLetters = "dead-letters";

    @Option(
            names = "--state",
            paramLabel = "DIR",
            description =
                    "Where it is kept which pictures have their captions; needed with --bootstrap-servers."
                            + " Belongs to one set of topics.")
    private Path state;

    @Option(
            names = "--feed",
            paramLabel = "DIR",
            description =
                    "Sends the pictures of a folder to the topic. Default: bundled pictures, for the broker"
                            + " of this process; nothing otherwise.")
    private Path feed;

    @Option(
            names = "--feed-uris",
            description = "Sends where the pictures are, and not what is in them.")
    private boolean feedUris;

    @Option(
            names = "--allow-prefix",
            paramLabel = "DIR",
            description =
                    "Folder whose pictures may be read by URI, such as s3://shop/photos; may be given"
                            + " several times. Default: none.")
    private List<String> allowedPrefixes = List.of();

    @Option(
            names = "--allow-host",
            paramLabel = "HOST",
            description =
                    "Host whose pictures may be read by http and https, such as *.example.org; may be"
                            + " given several times. Default: none.")
    private List<String> allowedHosts = List.of();

    @Option(
            names = "--checkpoint-interval",
            paramLabel = "MILLIS",
            description = "Captions are seen with the next checkpoint. Default: 1000.")
    private long checkpointInterval = 1000;

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
        Path checkpoint = model.folder(work);
        if (bootstrapServers != null) {
            run(work, checkpoint, topics(bootstrapServers), false);
            return 0;
        }
        state = work.resolve("state");
        if (feed == null) {
            feed = BundledFiles.copy("tiny-llava/samples", work.resolve("samples"));
        }
        try (LocalBroker broker =
                LocalBroker.start(Files.createDirectories(work.resolve("broker")))) {
            out("A broker listens on " + broker.bootstrapServers());
            Topics topics = topics(broker.bootstrapServers());
            CaptionTopics.create(topics);
            run(work, checkpoint, topics, true);
        }
        return 0;
    }

    private Topics topics(String servers) {
        return new Topics(servers, pictures, captions, deadLetters);
    }

    private void run(Path work, Path checkpoint, Topics topics, boolean untilAllAreCaptioned)
            throws Exception {
        try (CaptionTopics console = new CaptionTopics(topics)) {
            int fed = feed == null ? 0 : console.feed(feed, feedUris);
            StateFolder kept = new StateFolder(Files.createDirectories(state).toRealPath());
            StreamExecutionEnvironment environment =
                    EmbeddedCluster.of(1, work).withWebUi(web).withState(kept).environment();
            new CaptionTopicsJob(
                            topics,
                            access(),
                            checkpoint.toString(),
                            arguments.options(),
                            arguments.generation())
                    .build(environment, Duration.ofMillis(checkpointInterval));
            JobClient job = environment.executeAsync("stream-captions");
            if (!untilAllAreCaptioned) {
                spec.commandLine().getErr().println(web.line());
            }
            watch(job, console, untilAllAreCaptioned ? fed : Integer.MAX_VALUE);
            if (untilAllAreCaptioned) {
                job.cancel().get();
            }
        }
    }

    private PictureAccess access() {
        return PictureAccess.NONE
                .withPrefixes(allowedPrefixes)
                .withHosts(allowedHosts)
                .withMaxBytes(arguments.options().limits().maxImageBytes());
    }

    private void watch(JobClient job, CaptionTopics console, int awaited) throws Exception {
        ProgressLine progress = new ProgressLine(spec.commandLine().getErr());
        CompletableFuture<?> end = job.getJobExecutionResult();
        int seen = 0;
        while (seen < awaited && !end.isDone()) {
            List<String> lines = console.poll();
            if (!lines.isEmpty()) {
                progress.clear();
                lines.forEach(this::out);
            }
            seen += lines.size();
            if (progress.isDue()) {
                progress.show(seen + " pictures done");
            }
        }
        progress.clear();
        if (end.isDone()) {
            // Only a failure ends a job that reads for ever.
            end.get();
        }
        out(seen + " pictures done");
    }

    private void out(String line) {
        spec.commandLine().getOut().println(line);
    }

    private void check() {
        model.check(checks);
        checks.folder("--feed", feed);
        checks.atLeast("--checkpoint-interval", checkpointInterval, 10);
        web.check(checks);
        if (Stream.of(pictures, captions, deadLetters).distinct().count() < 3) {
            throw checks.refuse(
                    "--pictures, --captions and --dead-letters have to be three topics");
        }
        if (bootstrapServers != null && state == null) {
            throw checks.refuse(
                    "--bootstrap-servers needs --state, a folder: without it, pictures that are in work"
                            + " when the job ends would be lost");
        }
        if (bootstrapServers == null && state != null) {
            throw checks.refuse(
                    "--state needs --bootstrap-servers: the broker of this process ends with it, and its"
                            + " topics with the broker");
        }
        checks.model(arguments);
        try {
            access();
        } catch (IllegalArgumentException e) {
            throw checks.refuse("--allow-prefix or --allow-host: " + e.getMessage());
        }
    }
}
