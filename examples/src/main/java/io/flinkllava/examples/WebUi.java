package io.flinkllava.examples;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;

/** {@code --web-port}: Flink's web UI of a command's cluster, for this machine alone. */
public final class WebUi {

    private static final int MAX_PORT = 65_535;

    @Option(
            names = "--web-port",
            paramLabel = "PORT",
            description =
                    "Port of Flink's web UI on 127.0.0.1, where the job and its metrics are shown."
                            + " Default: a free one.")
    private int port;

    /** Refuses what is no port. */
    public void check(ArgumentChecks checks) {
        if (port < 0 || port > MAX_PORT) {
            throw checks.refuse("--web-port is " + port + ", it must be 0.." + MAX_PORT);
        }
    }

    /** Where it is, for those who want to look. */
    public String line() {
        return "Web UI: http://127.0.0.1:" + port();
    }

    // Left to itself, Flink would take a free one too, and not say which.
    int port() {
        if (port == 0) {
            try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
                port = socket.getLocalPort();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return port;
    }
}
