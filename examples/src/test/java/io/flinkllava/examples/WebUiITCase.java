package io.flinkllava.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.assertj.core.api.Assertions.assertThat;

/** Flink's web UI in the jar as users have it. */
class WebUiITCase {

    @TempDir private Path folder;

    @Test
    void showsTheMetricsOfARunningJobToThisMachineAlone() throws Exception {
        Path pictures = Files.createDirectory(folder.resolve("pictures"));
        Files.copy(Path.of("tiny-llava/samples/scene-01.png"), pictures.resolve("a.png"));
        int port = freePort();
        Sockets sockets = new Sockets();
        List<HttpResponse<String>> seen = new ArrayList<>();

        LocalJar.Outcome outcome =
                new LocalJar(folder)
                        .run(
                                process -> {
                                    sockets.look(process);
                                    Optional<FlinkRest> ui = FlinkRest.of(folder.resolve("err"));
                                    if (seen.isEmpty()
                                            && ui.isPresent()
                                            && ui.get()
                                                    .metric("inference_requests")
                                                    .equals(List.of("1"))) {
                                        seen.add(ui.get().get("/"));
                                        seen.add(ui.get().send(upload(ui.get())));
                                        process.destroy();
                                    }
                                },
                                "watch-folder",
                                "--folder=pictures",
                                "--web-port=" + port);

        assertThat(outcome.err()).contains("Web UI: http://127.0.0.1:" + port + "\n");
        assertThat(seen.get(0).statusCode()).isEqualTo(200);
        assertThat(seen.get(0).body()).contains("<title>Apache Flink Web Dashboard</title>");
        assertThat(seen.get(1).statusCode()).as("upload of a jar").isEqualTo(404);
        assertThat(sockets.listening())
                .anyMatch(address -> address.endsWith(String.format(":%04X", port)));
        assertThat(sockets.foreign()).isEmpty();
    }

    private static HttpRequest upload(FlinkRest ui) {
        return HttpRequest.newBuilder(URI.create(ui.url() + "/jars/upload"))
                .POST(BodyPublishers.ofString("no jar"))
                .build();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
