package io.flinkllava.examples.benchmark;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.flinkllava.examples.FlinkLlavaLocal;
import io.flinkllava.runtime.LlavaRequest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

class BenchmarkTest {

    private static final String MODEL = "tiny-llava/checkpoint";

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @ValueSource(strings = {"--concurrency 3", "--rate 500", "--static --concurrency 4"})
    void measuresWhatWasAskedFor(String arrivals) throws Exception {
        int status =
                run(
                        "benchmark --json --device cpu --requests 6 --new-tokens 2,5 --model "
                                + MODEL
                                + " --picture-size 40x30 --max-batch-size 4 "
                                + arrivals);

        assertThat(status).as(err.toString()).isZero();
        JsonNode row = new ObjectMapper().readTree(out.toString());
        assertThat(row.get("requests").asInt()).isEqualTo(6);
        double tokensPerRequest =
                row.get("tokens_per_second").asDouble() / row.get("requests_per_second").asDouble();
        assertThat(tokensPerRequest).isCloseTo(3.5, within(1e-9));
        assertThat(row.get("mean_batch").asDouble()).isBetween(1.0, 4.0);
        assertThat(row.get("outside_steps").asDouble()).isBetween(0.0, 1.0);
        assertThat(row.get("latency_p50_ms").asDouble())
                .isPositive()
                .isLessThanOrEqualTo(row.get("latency_p99_ms").asDouble());
    }

    /** That it has steps to count shows that the job ran on the benchmark's own model. */
    @Test
    void takesTurnsWithAJobOnTheSameModel() throws Exception {
        int status =
                run(
                        "benchmark --json --device cpu --requests 5 --new-tokens 3 --model "
                                + MODEL
                                + " --picture-size 40x30 --concurrency 3 --job --repeat 2");

        assertThat(status).as(err.toString()).isZero();
        List<JsonNode> rows = new ArrayList<>();
        for (String line : out.toString().lines().toList()) {
            rows.add(new ObjectMapper().readTree(line));
        }
        assertThat(rows)
                .extracting(row -> row.get("name").asText())
                .containsExactly(
                        "checkpoint, 3 at once",
                        "checkpoint, 3 at once in a job",
                        "checkpoint, 3 at once",
                        "checkpoint, 3 at once in a job");
        assertThat(rows)
                .allSatisfy(
                        row -> {
                            assertThat(row.get("requests").asInt()).isEqualTo(5);
                            assertThat(row.get("mean_batch").asDouble()).isBetween(1.0, 3.0);
                        });
    }

    @Test
    void aJobNeedsADeviceByName() {
        assertThat(run("benchmark --job --model " + MODEL)).isEqualTo(2);
        assertThat(err.toString()).contains("--job needs --device");
    }

    @Test
    void noTwoRunsAskAboutTheSamePicture() {
        Set<byte[]> pictures = new TreeSet<>(Arrays::compare);
        for (int run = 0; run < 3; run++) {
            Workload.of(run, 4, 2, 20, 10, List.of(8))
                    .forEach(request -> pictures.addAll(request.images()));
        }
        assertThat(pictures).hasSize(6);
    }

    @Test
    void requestsAreTheSameEveryTimeAndShareTheirPictures() {
        List<LlavaRequest> requests = Workload.of(1, 8, 2, 20, 10, List.of(8, 8, 8, 256));

        assertThat(requests)
                .usingRecursiveComparison()
                .isEqualTo(Workload.of(1, 8, 2, 20, 10, List.of(8, 8, 8, 256)));
        assertThat(requests.stream().filter(r -> r.generation().maxNewTokens() == 256)).hasSize(2);
        assertThat(requests.stream().map(r -> r.images().get(0)).distinct()).hasSize(2);
        assertThat(requests.stream().map(r -> r.messages().get(0).content()).distinct()).hasSize(8);
    }

    @Test
    void quantilesAreValuesThatOccurred() {
        double[] sorted = {1, 2, 3, 4};

        assertThat(Report.quantile(sorted, 0.5)).isEqualTo(2);
        assertThat(Report.quantile(sorted, 0.51)).isEqualTo(3);
        assertThat(Report.quantile(sorted, 0.99)).isEqualTo(4);
        assertThat(Report.quantile(new double[] {7}, 0.5)).isEqualTo(7);
    }

    private int run(String arguments) {
        return FlinkLlavaLocal.commandLine()
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.split(" "));
    }
}
