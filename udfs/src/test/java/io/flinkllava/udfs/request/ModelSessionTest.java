package io.flinkllava.udfs.request;

import org.apache.flink.api.common.TaskInfo;
import org.apache.flink.api.common.TaskInfoImpl;
import org.apache.flink.api.common.externalresource.ExternalResourceInfo;
import org.apache.flink.metrics.Counter;
import org.apache.flink.metrics.MetricGroup;
import org.apache.flink.metrics.SimpleCounter;
import org.apache.flink.metrics.groups.UnregisteredMetricsGroup;
import org.apache.flink.table.data.StringData;
import org.apache.flink.table.functions.FunctionContext;

import io.flinkllava.flink.metrics.LlavaMetrics;
import io.flinkllava.flink.options.LlavaSettings;
import io.flinkllava.runtime.GenerationParameters;
import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.pool.ModelPool;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** A real model, and hosts and queues that keep rows waiting. */
class ModelSessionTest {

    private static final GenerationParameters SHORT =
            GenerationParameters.DEFAULT.withMaxNewTokens(4);

    private static LlavaSettings settings(Map<String, String> more) {
        Map<String, String> options =
                new HashMap<>(
                        Map.of(
                                "model", Golden.checkpoint("llava15").toString(),
                                "device", "cpu",
                                "linger", "0 s",
                                "max-sequence-length", "512"));
        options.putAll(more);
        return LlavaSettings.read("here", options);
    }

    private static ModelSession open(Map<String, String> more) {
        return open(more, new UnregisteredMetricsGroup());
    }

    private static ModelSession open(Map<String, String> more, MetricGroup group) {
        return ModelSession.open(settings(more), new InTask(), group, 1);
    }

    private static RequestTemplate within(Duration limit) {
        return new RequestTemplate("What is this?", "", SHORT, limit);
    }

    private static RequestParts picture(Object value) {
        int type = value instanceof StringData ? 1 : 0;
        return new RequestParts()
                .with(
                        new Argument(
                                Part.PICTURES, Part.PICTURES.types().get(type).getLogicalType()),
                        value);
    }

    /** More than are read at once: the last of them would wait for others' reading limits. */
    @Test
    void aHostThatHangsMakesRowsLateAndNotTheJob() throws IOException {
        CountingGroup counted = new CountingGroup();
        try (SilentHost host = new SilentHost();
                ModelSession session = open(host.allowed(), counted)) {
            List<Reply> replies =
                    IntStream.range(0, 12)
                            .mapToObj(
                                    i ->
                                            session.ask(
                                                    within(Duration.ofMillis(200)),
                                                    picture(host.picture())))
                            .toList()
                            .stream()
                            .map(CompletableFuture::join)
                            .toList();
            assertThat(replies)
                    .extracting(Reply::answer)
                    .allSatisfy(
                            answer ->
                                    assertThat(answer)
                                            .isInstanceOfSatisfying(
                                                    LlavaAnswer.Failure.class,
                                                    ModelSessionTest::isLate));
            assertThat(counted.of(LlavaMetrics.TIMEOUTS)).isEqualTo(12);
            assertThat(counted.of(LlavaMetrics.FAILURES)).isEqualTo(12);
        }
    }

    private static void isLate(LlavaAnswer.Failure failure) {
        assertThat(failure.code()).isEqualTo(LlavaErrorCode.CAPACITY);
        assertThat(failure.message()).contains("200 ms").contains("request-timeout");
    }

    @Test
    void aFullModelKeepsRowsWaitingAndRefusesNone() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        CountingGroup counted = new CountingGroup();
        try (ModelSession session =
                open(Map.of("max-batch-size", "1", "max-queued-requests", "1"), counted)) {
            List<CompletableFuture<Reply>> replies =
                    IntStream.range(0, 12)
                            .mapToObj(
                                    i ->
                                            session.ask(
                                                    within(LlavaRequest.NO_LIMIT),
                                                    picture(picture)))
                            .toList();
            assertThat(replies)
                    .extracting(CompletableFuture::join)
                    .extracting(Reply::answer)
                    .hasOnlyElementsOfType(LlavaAnswer.Text.class);
            assertThat(counted.of(LlavaMetrics.SUCCESSES)).isEqualTo(12);
            assertThat(counted.of(LlavaMetrics.RETRIES)).isPositive();
        }
    }

    @Test
    void anAnswerOfNoUseIsCountedAsTheFailureThatItIs() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        CountingGroup counted = new CountingGroup();
        LlavaAnswer.Failure useless = new LlavaAnswer.Failure(LlavaErrorCode.INPUT, "Of no use");
        try (ModelSession session = open(Map.of(), counted)) {
            Reply reply =
                    session.ask(within(LlavaRequest.NO_LIMIT), picture(picture), answer -> useless)
                            .join();
            assertThat(reply.answer()).isEqualTo(useless);
        }
        assertThat(counted.of(LlavaMetrics.SUCCESSES)).isZero();
        assertThat(counted.of(LlavaMetrics.FAILURES)).isEqualTo(1);
    }

    @Test
    void whatIsGivenUpEndsAndNothingBeginsAfterIt() throws IOException {
        byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
        try (SilentHost host = new SilentHost();
                ModelSession session = open(host.allowed())) {
            CompletableFuture<Reply> reading =
                    session.ask(within(LlavaRequest.NO_LIMIT), picture(host.picture()));
            session.giveUp();
            CompletableFuture<Reply> after =
                    session.ask(within(LlavaRequest.NO_LIMIT), picture(picture));
            assertThat(List.of(reading.join().answer(), after.join().answer()))
                    .allSatisfy(
                            answer ->
                                    assertThat(((LlavaAnswer.Failure) answer).code())
                                            .isEqualTo(LlavaErrorCode.UNAVAILABLE));
        }
    }

    /** The model would stay in memory until the process ends. */
    @Test
    void aSessionThatCannotBeOpenedGivesTheModelBack() {
        MetricGroup broken =
                new UnregisteredMetricsGroup() {
                    @Override
                    public MetricGroup addGroup(String name) {
                        throw new IllegalStateException("No more groups");
                    }
                };
        Map<String, String> options = Map.of("max-queued-requests", "77");
        assertThatThrownBy(() -> open(options, broken)).hasMessage("No more groups");
        assertThat(ModelPool.shared().models())
                .filteredOn(model -> model.key().options().limits().maxQueuedRequests() == 77)
                .allSatisfy(model -> assertThat(model.leases()).isZero());
    }

    /**
     * Counts of one name, with those of the groups below; failures of each code count elsewhere.
     */
    private static final class CountingGroup extends UnregisteredMetricsGroup {

        private final Map<String, List<Counter>> counters = new HashMap<>();

        @Override
        public Counter counter(String name) {
            Counter counter = new SimpleCounter();
            counters.computeIfAbsent(name, any -> new ArrayList<>()).add(counter);
            return counter;
        }

        @Override
        public MetricGroup addGroup(String name) {
            return this;
        }

        @Override
        public MetricGroup addGroup(String key, String value) {
            return key.equals(LlavaMetrics.CODE_GROUP) ? new UnregisteredMetricsGroup() : this;
        }

        long of(String name) {
            return counters.get(name).stream().mapToLong(Counter::getCount).sum();
        }
    }

    /** It takes connections, and says nothing. */
    private static final class SilentHost implements AutoCloseable {

        private final ServerSocket socket =
                new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

        SilentHost() throws IOException {}

        Map<String, String> allowed() {
            return Map.of("allowed-private-hosts", "127.0.0.1:" + socket.getLocalPort());
        }

        StringData picture() {
            return StringData.fromString("http://127.0.0.1:" + socket.getLocalPort() + "/a.png");
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** What Flink tells a task. */
    private static final class InTask extends FunctionContext {

        InTask() {
            super(null, null, null);
        }

        @Override
        public TaskInfo getTaskInfo() {
            return new TaskInfoImpl("task", 1, 0, 1, 0);
        }

        @Override
        public Set<ExternalResourceInfo> getExternalResourceInfos(String name) {
            return Set.of();
        }
    }
}
