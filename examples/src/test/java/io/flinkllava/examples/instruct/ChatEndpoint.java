package io.flinkllava.examples.instruct;

import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Function;

/** A chat endpoint on this machine, which answers as it is told and remembers what it was asked. */
final class ChatEndpoint implements AutoCloseable {

    /** Escapes, so that half characters get through as they do from real endpoints. */
    private static final ObjectMapper JSON =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    /** What the endpoint answers. */
    record Reply(int status, String content) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Queue<JsonNode> asked = new ConcurrentLinkedQueue<>();
    private final Queue<String> keys = new ConcurrentLinkedQueue<>();

    /** Starts it; the function gets the last message of a chat. */
    ChatEndpoint(Function<String, Reply> answers) throws IOException {
        this(0, answers);
    }

    /** The same, at a port. */
    ChatEndpoint(int port, Function<String, Reply> answers) throws IOException {
        server =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.createContext("/v1/chat/completions", exchange -> answer(exchange, answers));
        server.setExecutor(threads);
        server.start();
    }

    private void answer(HttpExchange exchange, Function<String, Reply> answers) {
        try (exchange) {
            JsonNode body = JSON.readTree(exchange.getRequestBody());
            asked.add(body);
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            JsonNode messages = body.get("messages");
            Reply reply =
                    answers.apply(messages.get(messages.size() - 1).get("content").textValue());
            byte[] bytes = JSON.writeValueAsBytes(completion(reply.content()));
            exchange.sendResponseHeaders(reply.status(), bytes.length);
            exchange.getResponseBody().write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static JsonNode completion(String content) {
        ObjectNode completion = JSON.createObjectNode();
        completion
                .putArray("choices")
                .addObject()
                .putObject("message")
                .put("role", "assistant")
                .put("content", content);
        return completion;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/v1";
    }

    Queue<JsonNode> asked() {
        return asked;
    }

    Queue<String> keys() {
        return keys;
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
