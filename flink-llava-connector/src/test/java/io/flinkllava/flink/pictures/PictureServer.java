package io.flinkllava.flink.pictures;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;

import javax.net.ssl.SSLContext;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A web server on this machine that counts who asks. */
final class PictureServer implements AutoCloseable {

    static final byte[] PICTURE = {1, 2, 3, 4};

    private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};

    private final HttpServer server;
    private final AtomicInteger hits = new AtomicInteger();
    private final CountDownLatch ending = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private PictureServer(HttpServer server) {
        this.server = server;
        server.setExecutor(threads);
        on("/picture", exchange -> send(exchange, 200, PICTURE));
        on("/silent", exchange -> awaitEnd());
        server.start();
    }

    static PictureServer start() throws IOException {
        return new PictureServer(HttpServer.create(anyPort(), 0));
    }

    /** One that listens on {@code ::1}; on 127.0.0.1 where the machine has no IPv6. */
    static PictureServer startOnIpv6() throws IOException {
        try {
            return new PictureServer(
                    HttpServer.create(
                            new InetSocketAddress(InetAddress.getByAddress(IPV6_LOOPBACK), 0), 0));
        } catch (SocketException | UnsupportedAddressTypeException e) {
            return start();
        }
    }

    static PictureServer startTls(SSLContext identity) throws IOException {
        HttpsServer server = HttpsServer.create(anyPort(), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity));
        return new PictureServer(server);
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** How many requests came in. */
    int hits() {
        return hits.get();
    }

    PictureServer on(String path, HttpHandler handler) {
        server.createContext(
                path,
                exchange -> {
                    hits.incrementAndGet();
                    try (exchange) {
                        handler.handle(exchange);
                    }
                });
        return this;
    }

    PictureServer redirect(String path, String location) {
        return on(
                path,
                exchange -> {
                    exchange.getResponseHeaders().set("Location", location);
                    send(exchange, 302, new byte[0]);
                });
    }

    static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
    }

    /** Keeps a client waiting until the test is over. */
    void awaitEnd() {
        try {
            ending.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        ending.countDown();
        server.stop(0);
        threads.shutdown();
    }
}
