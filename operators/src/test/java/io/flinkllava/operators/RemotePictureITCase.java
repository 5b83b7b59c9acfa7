package io.flinkllava.operators;

import org.apache.flink.api.common.JobID;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.metrics.Counter;
import org.apache.flink.runtime.testutils.InMemoryReporter;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.SingleOutputStreamOperator;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;

import com.sun.net.httpserver.HttpServer;
import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.flink.pictures.PictureAccess;
import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** Pictures on a web server of this machine that is not always there. */
class RemotePictureITCase {

    private static final Path CHECKPOINT = Golden.checkpoint("llava15");
    private static final ModelOptions OPTIONS =
            ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(512);
    private static final GenerationParameters SHORT =
            GenerationParameters.DEFAULT.withMaxNewTokens(6);
    private static final String QUESTION = "What is this?";
    private static final int OK = 200;
    private static final int UNAVAILABLE = 503;
    private static final int ATTEMPTS = 3;

    private static final InMemoryReporter REPORTER = InMemoryReporter.createWithRetainedMetrics();

    @RegisterExtension
    static final MiniClusterExtension CLUSTER =
            LocalCluster.withSlots(1, REPORTER.addToConfiguration(new Configuration()));

    private HttpServer server;
    private byte[] picture;

    @BeforeEach
    void start() throws IOException {
        picture = Files.readAllBytes(Golden.image("img0.png"));
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void serverThatIsBusyAtFirstIsAskedAgainAndOneThatStaysSoIsGivenUp() throws Exception {
        AtomicInteger busyTwice = serve("/twice.png", 2);
        AtomicInteger busyAlways = serve("/always.png", Integer.MAX_VALUE);
        // Not a field: only from the test on is the cluster with the reporter the one that is used.
        StreamExecutionEnvironment env =
                StreamExecutionEnvironment.getExecutionEnvironment(LocalCluster.noKryo());
        env.setParallelism(1);
        DataStream<String> uris = env.fromData(uri("/always.png"), uri("/twice.png"));
        LlavaAsk<String> step =
                Llava.ask(uris)
                        .model(CHECKPOINT.toString())
                        .options(OPTIONS)
                        .generation(SHORT)
                        .imageReference(uri -> uri)
                        .pictureAccess(
                                PictureAccess.NONE.withPrivateHosts(
                                        List.of("127.0.0.1:" + server.getAddress().getPort())))
                        .question(QUESTION)
                        .retry(
                                RetryPolicy.DEFAULT
                                        .withMaxAttempts(ATTEMPTS)
                                        .withPauses(Duration.ofMillis(5), Duration.ofMillis(20)))
                        .onError(ErrorPolicy.SIDE_OUTPUT);
        SingleOutputStreamOperator<LlavaResult<String>> answers = step.answers();
        var results = answers.collectAsync();
        var deadLetters = answers.getSideOutput(step.deadLetters()).collectAsync();
        JobID job = env.execute().getJobID();

        assertThat(results)
                .toIterable()
                .singleElement()
                .satisfies(
                        result -> {
                            assertThat(result.input()).isEqualTo(uri("/twice.png"));
                            assertThat(result.generated().tokenIds())
                                    .isEqualTo(answerOfTheModelAlone().tokenIds());
                        });
        assertThat(deadLetters)
                .toIterable()
                .singleElement()
                .satisfies(
                        letter -> {
                            assertThat(letter.input()).isEqualTo(uri("/always.png"));
                            assertThat(letter.code()).isEqualTo(LlavaErrorCode.UNAVAILABLE);
                            assertThat(letter.message()).contains("503");
                            assertThat(letter.attempts()).isEqualTo(ATTEMPTS);
                        });
        assertThat(busyTwice).hasValue(ATTEMPTS);
        assertThat(busyAlways).hasValue(ATTEMPTS);
        assertThat(count(job, LlavaMetrics.RETRIES)).isEqualTo(2 * (ATTEMPTS - 1));
        assertThat(count(job, LlavaMetrics.REQUESTS)).isEqualTo(2);
        assertThat(count(job, LlavaMetrics.SUCCESSES)).isEqualTo(1);
        assertThat(count(job, LlavaMetrics.DEAD_LETTERS)).isEqualTo(1);
    }

    /** Counts who asks, and gives the picture to those who come after so many others. */
    private AtomicInteger serve(String path, int refused) {
        AtomicInteger hits = new AtomicInteger();
        server.createContext(
                path,
                exchange -> {
                    try (exchange) {
                        if (hits.incrementAndGet() <= refused) {
                            exchange.sendResponseHeaders(UNAVAILABLE, -1);
                        } else {
                            exchange.sendResponseHeaders(OK, picture.length);
                            exchange.getResponseBody().write(picture);
                        }
                    }
                });
        return hits;
    }

    private String uri(String path) {
        return "http://127.0.0.1:" + server.getAddress().getPort() + path;
    }

    private LlavaAnswer.Text answerOfTheModelAlone() throws Exception {
        try (LlavaModel model = LlavaModel.open(CHECKPOINT, OPTIONS)) {
            return (LlavaAnswer.Text)
                    model.submit(LlavaRequest.ask(picture, QUESTION).withGeneration(SHORT)).get();
        }
    }

    private static long count(JobID job, String name) {
        return ((Counter) REPORTER.findMetric(job, metric(name)).orElseThrow()).getCount();
    }

    private static String metric(String name) {
        return "\\." + LlavaMetrics.GROUP + "\\." + name + "$";
    }
}
