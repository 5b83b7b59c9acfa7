package io.flinkllava.flink.pictures;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.testing.cluster.Eventually;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** Real servers on this machine stand for the internet and for what must not be reached. */
class HttpPicturesTest {

    private static final Duration LONG = Duration.ofMinutes(2);

    private PictureServer server;
    private PictureServer secret;

    @BeforeEach
    void start() throws IOException {
        server = PictureServer.start();
        secret = PictureServer.start();
    }

    @AfterEach
    void stop() {
        server.close();
        secret.close();
    }

    /** The server may be read as a host of the own network; nothing else may. */
    private PictureAccess access() {
        return PictureAccess.NONE
                .withPrivateHosts(List.of("localhost:" + server.port()))
                .withMaxBytes(100)
                .withReadLimit(LONG);
    }

    private String uri(String path) {
        return "http://localhost:" + server.port() + path;
    }

    private ReadingFailure failure(String path) {
        try (PictureReader reader = PictureReader.open(access(), 1)) {
            return ReadingFailure.of(reader, uri(path));
        }
    }

    /** A reader for which a name leads where the test wants. */
    private static PictureReader reader(PictureAccess access, HostResolver resolver) {
        return new PictureReader(access, 1, resolver, null);
    }

    @Test
    void readsFromAllowedHosts() {
        try (PictureReader reader = PictureReader.open(access(), 1)) {
            assertThat(reader.read(uri("/picture"))).isEqualTo(PictureServer.PICTURE);
            assertThat(reader.read(uri("/picture?size=large"))).isEqualTo(PictureServer.PICTURE);
        }
    }

    @Test
    void otherHostsAndPortsAreNotEvenResolved() {
        AtomicInteger resolved = new AtomicInteger();
        HostResolver counting =
                host -> {
                    resolved.incrementAndGet();
                    return new InetAddress[] {InetAddress.getLoopbackAddress()};
                };
        try (PictureReader reader = reader(access(), counting)) {
            for (String host :
                    List.of(
                            "localhost:" + secret.port(),
                            "other.test",
                            "a".repeat(70) + ".test",
                            "localhost")) {
                ReadingFailure failure = ReadingFailure.of(reader, "http://" + host + "/picture");
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
                assertThat(failure.message()).contains(host, "allowed hosts");
            }
            assertThat(ReadingFailure.of(reader, "http://me:pw@localhost:" + server.port() + "/a"))
                    .satisfies(
                            failure -> {
                                assertThat(failure.message()).contains("password");
                                assertThat(failure.message()).doesNotContain("pw@");
                            });
        }
        assertThat(resolved).hasValue(0);
        assertThat(secret.hits() + server.hits()).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost",
                "127.0.0.1",
                "127.1",
                "2130706433",
                "0.0.0.0",
                "[::]",
                "[::1]",
                "[::ffff:127.0.0.1]",
                "[64:ff9b::7f00:1]"
            })
    void allowedHostsMustNotLeadInside(String host) {
        String authority = host + ":" + secret.port();
        PictureAccess access = PictureAccess.NONE.withHosts(List.of(authority));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            assertThat(ReadingFailure.of(reader, "http://" + authority + "/picture").code())
                    .isEqualTo(LlavaErrorCode.INPUT);
        }
        assertThat(secret.hits()).isZero();
    }

    /** Some versions look them up and find nothing; those that find something are checked. */
    @ParameterizedTest
    @ValueSource(strings = {"0x7f000001", "0177.0.0.1", "0x7f.1"})
    void spellingsThatJavaTakesForNamesMustNotLeadInside(String host) {
        String authority = host + ":" + secret.port();
        String uri = "http://" + authority + "/picture";
        PictureAccess access = PictureAccess.NONE.withHosts(List.of(authority));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            assertThat(ReadingFailure.of(reader, uri).code())
                    .isIn(LlavaErrorCode.INPUT, LlavaErrorCode.UNAVAILABLE);
        }
        HostResolver found = name -> new InetAddress[] {InetAddress.getLoopbackAddress()};
        try (PictureReader reader = reader(access, found)) {
            assertThat(ReadingFailure.of(reader, uri).code()).isEqualTo(LlavaErrorCode.INPUT);
        }
        assertThat(secret.hits()).isZero();
    }

    @Test
    void loopbackOfIpv6IsInsideToo() throws IOException {
        try (PictureServer ipv6 = PictureServer.startOnIpv6()) {
            String authority = "[::1]:" + ipv6.port();
            PictureAccess access = PictureAccess.NONE.withHosts(List.of(authority));
            try (PictureReader reader = PictureReader.open(access, 1)) {
                assertThat(ReadingFailure.of(reader, "http://" + authority + "/picture").code())
                        .isEqualTo(LlavaErrorCode.INPUT);
            }
            assertThat(ipv6.hits()).isZero();
        }
    }

    /** The name leads to a server that would answer, by one of its addresses at least. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.8.8",
                "10.0.0.1",
                "100.64.0.1",
                "169.254.169.254",
                "0.0.0.0",
                "::1",
                "::",
                "::ffff:127.0.0.1",
                "fd00::1",
                "64:ff9b::127.0.0.1"
            })
    void everyAddressOfANameIsChecked(String address) throws UnknownHostException {
        String host = "img.test:" + secret.port();
        PictureAccess access = PictureAccess.NONE.withHosts(List.of(host));
        InetAddress open = InetAddress.getByName("93.184.216.34");
        InetAddress inside = InetAddress.getByName(address);
        for (InetAddress[] addresses :
                new InetAddress[][] {{inside}, {inside, open}, {open, inside}}) {
            try (PictureReader reader = reader(access, name -> addresses)) {
                ReadingFailure failure = ReadingFailure.of(reader, "http://" + host + "/picture");
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
                assertThat(failure.message()).contains("img.test", "open internet");
            }
        }
        assertThat(secret.hits()).isZero();
    }

    /** Else nothing that is not hit would prove anything. */
    @ParameterizedTest
    @ValueSource(strings = {"localhost", "127.0.0.1", "[::ffff:127.0.0.1]"})
    void theSecretServerAnswersWhereItIsAllowed(String host) {
        String authority = host + ":" + secret.port();
        PictureAccess access = PictureAccess.NONE.withPrivateHosts(List.of(authority));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            assertThat(reader.read("http://" + authority + "/picture"))
                    .isEqualTo(PictureServer.PICTURE);
        }
        assertThat(secret.hits()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"169.254.169.254", "100.100.100.200", "fd00:ec2::254", "fd20:ce::254"})
    void evenPrivateHostsNeverLeadToACloudsCredentials(String address) {
        PictureAccess access = PictureAccess.NONE.withPrivateHosts(List.of("img.test"));
        HostResolver resolver = host -> new InetAddress[] {InetAddress.getByName(address)};
        try (PictureReader reader = reader(access, resolver)) {
            assertThat(ReadingFailure.of(reader, "http://img.test/latest/meta-data").code())
                    .isEqualTo(LlavaErrorCode.INPUT);
        }
    }

    @Test
    void onePortOfAPrivateHostDoesNotOpenTheOthers() {
        PictureAccess access =
                access().withHosts(List.of("localhost:" + secret.port(), "localhost"));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            for (String port : List.of(":" + secret.port(), "")) {
                ReadingFailure failure =
                        ReadingFailure.of(reader, "http://localhost" + port + "/picture");
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
                assertThat(failure.message()).contains("localhost", "open internet");
            }
            assertThat(reader.read(uri("/picture"))).isEqualTo(PictureServer.PICTURE);
        }
        assertThat(secret.hits()).isZero();
    }

    @Test
    void theCheckedAddressIsTheOneConnectedTo() {
        AtomicInteger lookups = new AtomicInteger();
        // The name's second answer would lead to a closed door.
        HostResolver rebinding =
                host ->
                        new InetAddress[] {
                            lookups.getAndIncrement() == 0
                                    ? InetAddress.getLoopbackAddress()
                                    : InetAddress.getByName("169.254.169.254")
                        };
        PictureAccess access =
                PictureAccess.NONE.withPrivateHosts(List.of("img.test:" + server.port()));
        try (PictureReader reader = reader(access, rebinding)) {
            assertThat(reader.read("http://img.test:" + server.port() + "/picture"))
                    .isEqualTo(PictureServer.PICTURE);
        }
        assertThat(lookups).hasValue(1);
    }

    @Test
    void redirectsAreFollowed() {
        server.redirect("/first", "/second").redirect("/second", uri("/picture"));
        try (PictureReader reader = PictureReader.open(access(), 1)) {
            assertThat(reader.read(uri("/first"))).isEqualTo(PictureServer.PICTURE);
        }
    }

    @Test
    void redirectsAreCheckedLikeTheFirstHop() {
        server.redirect("/port", "http://localhost:" + secret.port() + "/picture")
                .redirect("/address", "http://127.0.0.1:" + secret.port() + "/picture")
                .redirect("/relative", "//127.0.0.1:" + secret.port() + "/picture")
                .redirect("/file", "file:///etc/passwd")
                .redirect("/data", "data:;base64,AAAA")
                .redirect("/broken", "http://[broken")
                .redirect("/loop", "/loop");

        for (String path :
                List.of("/port", "/address", "/relative", "/file", "/data", "/broken", "/loop")) {
            assertThat(failure(path).code()).as(path).isEqualTo(LlavaErrorCode.INPUT);
        }
        assertThat(secret.hits()).isZero();
    }

    @Test
    void aRedirectToAnAllowedNameMustNotLeadInside() {
        server.redirect("/inside", "http://img.test:" + secret.port() + "/picture");
        PictureAccess access = access().withHosts(List.of("img.test:" + secret.port()));
        HostResolver resolver = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};
        try (PictureReader reader = reader(access, resolver)) {
            assertThat(ReadingFailure.of(reader, uri("/inside")).message()).contains("img.test");
        }
        assertThat(secret.hits()).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "400, INPUT",
        "401, INPUT",
        "403, INPUT",
        "404, INPUT",
        "410, INPUT",
        "204, INPUT",
        "304, INPUT",
        "408, UNAVAILABLE",
        "429, UNAVAILABLE",
        "500, UNAVAILABLE",
        "503, UNAVAILABLE"
    })
    void tellsMistakesFromTrouble(int status, LlavaErrorCode code) {
        server.on("/status", exchange -> PictureServer.send(exchange, status, new byte[0]));

        ReadingFailure failure = failure("/status?signature=hidden");

        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains("/status", "" + status).doesNotContain("hidden");
    }

    @Test
    void anErrorPageIsNotShown() {
        server.on(
                "/page",
                exchange -> PictureServer.send(exchange, 500, "internals".getBytes(UTF_8)));
        assertThat(failure("/page").message()).doesNotContain("internals");
    }

    @Test
    void aRefusedConnectionMayComeBack() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        PictureAccess access = PictureAccess.NONE.withPrivateHosts(List.of("localhost:" + port));
        try (PictureReader reader = PictureReader.open(access, 1)) {
            assertThat(ReadingFailure.of(reader, "http://localhost:" + port + "/a").code())
                    .isEqualTo(LlavaErrorCode.UNAVAILABLE);
        }
    }

    @Test
    void tooManyBytesAreNotRead() {
        server.on(
                        "/announced",
                        exchange -> {
                            exchange.sendResponseHeaders(200, 101);
                            // Some servers keep the head of an answer until there is a body.
                            exchange.getResponseBody().write(1);
                            exchange.getResponseBody().flush();
                        })
                .on(
                        "/endless",
                        exchange -> {
                            exchange.sendResponseHeaders(200, 0);
                            while (true) {
                                exchange.getResponseBody().write(new byte[1000]);
                            }
                        })
                .on("/fits", exchange -> PictureServer.send(exchange, 200, new byte[100]));

        assertThat(failure("/announced").message()).contains("101 bytes, the limit is 100");
        assertThat(failure("/endless"))
                .satisfies(
                        failure -> {
                            assertThat(failure.code()).isEqualTo(LlavaErrorCode.INPUT);
                            assertThat(failure.message()).contains("the limit is 100");
                        });
        try (PictureReader reader = PictureReader.open(access(), 1)) {
            assertThat(reader.read(uri("/fits"))).hasSize(100);
        }
    }

    @Test
    void aConnectionThatBreaksMayComeBack() {
        server.on(
                "/half",
                exchange -> {
                    exchange.sendResponseHeaders(200, 50);
                    exchange.getResponseBody().write(new byte[10]);
                });
        assertThat(failure("/half").code()).isEqualTo(LlavaErrorCode.UNAVAILABLE);
    }

    @Test
    void aTrickleEndsAtTheLimit() {
        server.on(
                "/trickle",
                exchange -> {
                    exchange.sendResponseHeaders(200, 50);
                    exchange.getResponseBody().write(1);
                    exchange.getResponseBody().flush();
                    server.awaitEnd();
                });
        PictureAccess access = access().withReadLimit(Duration.ofMillis(300));
        for (String path : List.of("/silent", "/trickle")) {
            try (PictureReader reader = PictureReader.open(access, 1)) {
                ReadingFailure failure = ReadingFailure.of(reader, uri(path));
                assertThat(failure.code()).isEqualTo(LlavaErrorCode.UNAVAILABLE);
                // The one thread is free again. On a busy machine a healthy read may be late too.
                byte[] picture =
                        Eventually.get(
                                "a picture is read",
                                Duration.ofMinutes(2),
                                () -> "after " + path,
                                () -> Optional.of(reader.read(uri("/picture"))));
                assertThat(picture).isEqualTo(PictureServer.PICTURE);
            }
        }
    }

    @Test
    void cancellingFreesTheThread() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        server.on(
                "/waits",
                exchange -> {
                    asked.countDown();
                    server.awaitEnd();
                });
        try (PictureReader reader = PictureReader.open(access(), 1)) {
            CompletableFuture<byte[]> picture = reader.readAsync(uri("/waits"));
            asked.await();
            picture.cancel(true);
            assertThat(reader.read(uri("/picture"))).isEqualTo(PictureServer.PICTURE);
        }
    }

    @Test
    void closingEndsWhatIsRead() throws InterruptedException {
        CountDownLatch asked = new CountDownLatch(1);
        server.on(
                "/waits",
                exchange -> {
                    asked.countDown();
                    server.awaitEnd();
                });
        PictureReader reader = PictureReader.open(access(), 1);
        CompletableFuture<byte[]> running = reader.readAsync(uri("/waits"));
        CompletableFuture<byte[]> waiting = reader.readAsync(uri("/picture"));
        asked.await();
        reader.close();
        for (CompletableFuture<byte[]> picture : List.of(running, waiting)) {
            assertThatThrownBy(picture::join).hasMessageContaining("closed");
        }
    }

    @Test
    void aHostIsHeldToItsOwnName() throws Exception {
        try (PictureServer tls = PictureServer.startTls(TestCertificate.context())) {
            HostResolver resolver = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};
            PictureAccess access =
                    PictureAccess.NONE.withPrivateHosts(
                            List.of("pictures.test:" + tls.port(), "other.test:" + tls.port()));
            String path = ":" + tls.port() + "/picture";
            try (PictureReader reader =
                    new PictureReader(access, 1, resolver, TestCertificate.context())) {
                assertThat(reader.read("https://pictures.test" + path))
                        .isEqualTo(PictureServer.PICTURE);
                ReadingFailure other = ReadingFailure.of(reader, "https://other.test" + path);
                assertThat(other.code()).isEqualTo(LlavaErrorCode.INPUT);
                assertThat(other.message()).contains("certificate");
            }
            try (PictureReader strangers = reader(access, resolver)) {
                assertThat(ReadingFailure.of(strangers, "https://pictures.test" + path).message())
                        .contains("certificate");
            }
            assertThat(tls.hits()).isEqualTo(1);
        }
    }

    @Test
    void aRedirectMustNotLeaveTls() throws Exception {
        try (PictureServer tls = PictureServer.startTls(TestCertificate.context())) {
            tls.redirect("/plain", uri("/picture"));
            PictureAccess access =
                    PictureAccess.NONE.withPrivateHosts(
                            List.of("pictures.test:" + tls.port(), "localhost:" + server.port()));
            HostResolver resolver = host -> new InetAddress[] {InetAddress.getLoopbackAddress()};
            try (PictureReader reader =
                    new PictureReader(access, 1, resolver, TestCertificate.context())) {
                for (String scheme : List.of("https", "HTTPS")) {
                    String uri = scheme + "://pictures.test:" + tls.port() + "/plain";
                    assertThat(ReadingFailure.of(reader, uri).message()).contains("redirected");
                }
            }
        }
        assertThat(server.hits()).isZero();
    }
}
