package io.flinkllava.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A headless Chromium with one page, driven through its DevTools protocol; {@code chromium} unless
 * {@code -Dchromium=...}.
 */
public final class Browser implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long LONGEST_SECONDS = 60;
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final Process process;
    private final WebSocket socket;
    private final AtomicInteger numbers = new AtomicInteger();
    private final Map<Integer, CompletableFuture<JsonNode>> replies = new ConcurrentHashMap<>();

    /**
     * Starts a browser and opens a page.
     *
     * @param folder for its profile and log
     */
    public Browser(Path folder, URI page) throws IOException, InterruptedException {
        Path profile = Files.createDirectories(folder.resolve("profile"));
        process =
                new ProcessBuilder(
                                System.getProperty("chromium", "chromium"),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + profile,
                                "--window-size=1280,900",
                                "--remote-debugging-address=127.0.0.1",
                                "--remote-debugging-port=0",
                                "about:blank")
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("browser.log").toFile())
                        .start();
        Path port = profile.resolve("DevToolsActivePort");
        long end = end();
        while (!Files.exists(port) || Files.readAllLines(port).size() < 2) {
            pause(end, "the browser has started");
        }
        URI pages = URI.create("http://127.0.0.1:" + Files.readAllLines(port).get(0) + "/json");
        HttpClient client = HttpClient.newHttpClient();
        JsonNode targets =
                JSON.readTree(
                        client.send(HttpRequest.newBuilder(pages).build(), BodyHandlers.ofString())
                                .body());
        String address = "";
        for (JsonNode target : targets) {
            if (target.get("type").textValue().equals("page")) {
                address = target.get("webSocketDebuggerUrl").textValue();
            }
        }
        socket = client.newWebSocketBuilder().buildAsync(URI.create(address), new Inbox()).join();
        command("Page.enable", JSON.createObjectNode());
        command("Page.navigate", JSON.createObjectNode().put("url", page.toString()));
    }

    /** What a JavaScript expression is on the page. */
    public JsonNode evaluate(String expression) {
        ObjectNode parameters =
                JSON.createObjectNode().put("expression", expression).put("returnByValue", true);
        return command("Runtime.evaluate", parameters).at("/result/value");
    }

    /** Waits until an expression is true on the page. */
    public void await(String expression) {
        long end = end();
        while (!evaluate(expression).asBoolean()) {
            pause(end, expression);
        }
    }

    /** Types into what has the focus, as a person does. */
    public void type(String text) {
        command("Input.insertText", JSON.createObjectNode().put("text", text));
    }

    /** Saves what is seen as PNG. */
    public void screenshot(Path file) throws IOException {
        JsonNode picture = command("Page.captureScreenshot", JSON.createObjectNode());
        Files.write(file, Base64.getDecoder().decode(picture.get("data").textValue()));
    }

    private JsonNode command(String method, JsonNode parameters) {
        int number = numbers.incrementAndGet();
        CompletableFuture<JsonNode> reply = new CompletableFuture<>();
        replies.put(number, reply);
        ObjectNode message = JSON.createObjectNode().put("id", number).put("method", method);
        message.set("params", parameters);
        socket.sendText(message.toString(), true).join();
        return reply.orTimeout(LONGEST_SECONDS, TimeUnit.SECONDS).join();
    }

    private static long end() {
        return System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    }

    private static void pause(long end, String what) {
        assertThat(System.nanoTime()).as(what).isLessThan(end);
        LockSupport.parkNanos(LOOK_NANOS);
    }

    @Override
    public void close() {
        socket.abort();
        List<ProcessHandle> all = process.descendants().toList();
        process.destroyForcibly();
        all.forEach(ProcessHandle::destroyForcibly);
        process.onExit().join();
        // The profile can only be removed when nobody writes to it any more.
        all.forEach(child -> child.onExit().join());
    }

    private final class Inbox implements WebSocket.Listener {

        private final StringBuilder text = new StringBuilder();

        @Override
        public CompletionStage<?> onText(WebSocket from, CharSequence part, boolean last) {
            text.append(part);
            if (last) {
                try {
                    JsonNode message = JSON.readTree(text.toString());
                    text.setLength(0);
                    if (message.has("id")) {
                        replies.remove(message.get("id").asInt()).complete(message.get("result"));
                    }
                } catch (IOException e) {
                    replies.values().forEach(reply -> reply.completeExceptionally(e));
                }
            }
            from.request(1);
            return null;
        }
    }
}
