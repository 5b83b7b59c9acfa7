package io.flinkllava.examples;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;

import static org.assertj.core.api.Assertions.assertThat;

@EnabledOnOs(value = OS.LINUX, disabledReason = "reads /proc")
class SocketsTest {

    private final Sockets sockets = new Sockets();

    @Test
    void findsALoopbackListener() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            sockets.look(ProcessHandle.current());

            assertThat(sockets.listening()).anyMatch(address -> hasPort(address, socket));
            assertThat(sockets.foreign()).noneMatch(row -> row.contains(port(socket)));
        }
    }

    @Test
    void findsAListenerOnAllInterfaces() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            sockets.look(ProcessHandle.current());

            assertThat(sockets.listening()).anyMatch(address -> hasPort(address, socket));
            assertThat(sockets.foreign()).anyMatch(row -> row.contains(port(socket)));
        }
    }

    private static boolean hasPort(String address, ServerSocket socket) {
        return address.endsWith(port(socket));
    }

    private static String port(ServerSocket socket) {
        return String.format(":%04X", socket.getLocalPort());
    }
}
