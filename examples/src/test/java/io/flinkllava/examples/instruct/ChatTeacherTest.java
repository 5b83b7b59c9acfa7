package io.flinkllava.examples.instruct;

import io.flinkllava.examples.instruct.ChatEndpoint.Reply;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.channels.SocketChannel;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class ChatTeacherTest {

    private static final Assignment ASSIGNMENT =
            new Assignment(
                    0,
                    SampleKind.CONVERSATION,
                    new PictureFacts(1, "1.jpg", 100, 50, List.of("A cat."), List.of()));

    /** The port is taken and nobody listens at it: connections are refused. */
    @Test
    void isUnavailableUntilTheEndpointListens() throws Exception {
        int port;
        Teacher.Lesson lesson;
        try (SocketChannel closed = SocketChannel.open()) {
            closed.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            port = ((InetSocketAddress) closed.getLocalAddress()).getPort();
            lesson = new ChatTeacher("http://127.0.0.1:" + port + "/v1", "tiny", "").open();

            assertUnavailable(lesson);
        }
        try (ChatEndpoint endpoint = new ChatEndpoint(port, context -> new Reply(200, "Yes."))) {
            assertThat(lesson.write(ASSIGNMENT).join()).isEqualTo("Yes.");
            assertThat(endpoint.keys()).containsExactly("null");
        }
        lesson.close();
    }

    @Test
    void isUnavailableWhereTheConnectionIsCut() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread cutting = new Thread(() -> cut(server));
            cutting.start();
            try (Teacher.Lesson lesson =
                    new ChatTeacher("http://127.0.0.1:" + server.getLocalPort(), "tiny", "")
                            .open()) {
                assertUnavailable(lesson);
            }
        }
    }

    private static void assertUnavailable(Teacher.Lesson lesson) {
        assertThatThrownBy(() -> lesson.write(ASSIGNMENT).join())
                .hasCauseInstanceOf(TeacherUnavailableException.class);
    }

    private static void cut(ServerSocket server) {
        while (!server.isClosed()) {
            try {
                server.accept().close();
            } catch (IOException e) {
                return;
            }
        }
    }
}
