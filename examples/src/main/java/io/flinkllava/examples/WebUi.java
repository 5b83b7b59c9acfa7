package io.flinkllava.examples;

import picocli.CommandLine.Option;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.Random;

/** {@code --web-port}: Flink's web UI of a command's cluster, for this machine alone. */
public final class WebUi {

    private static final int MAX_PORT = 65_535;

    /**
     * Below those that systems hand out themselves: what else listens in this process gets one of
     * them, and that could be the one which was found free for the web UI.
     */
    private static final int FIRST_PORT = 20_000;

    private static final int PORTS = 12_000;
    private static final int MAX_ATTEMPTS = 100;

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
            port = freePort();
        }
        return port;
    }

    private static int freePort() {
        Random random = new Random();
        for (int attempt = 1; ; attempt++) {
            int candidate = FIRST_PORT + random.nextInt(PORTS);
            try (ServerSocket socket =
                    new ServerSocket(candidate, 1, InetAddress.getLoopbackAddress())) {
                return socket.getLocalPort();
            } catch (IOException e) {
                if (attempt == MAX_ATTEMPTS) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
