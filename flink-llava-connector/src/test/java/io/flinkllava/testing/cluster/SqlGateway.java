package io.flinkllava.testing.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** A SQL gateway process, and sessions with it. */
public final class SqlGateway implements AutoCloseable {

    private static final Duration LONGEST = Duration.ofMinutes(2);

    private final JavaProcess process;
    private final HttpJson rest;

    SqlGateway(JavaProcess process, int port) {
        this.process = process;
        this.rest = new HttpJson(port);
        Eventually.get(
                "the SQL gateway answers",
                LONGEST,
                process::lastLines,
                () -> Optional.of(rest.get("/v1/info")));
    }

    public JavaProcess process() {
        return process;
    }

    /** Opens a session. */
    public Session open() {
        return new Session(
                call(() -> rest.post("/v1/sessions", Map.of())).get("sessionHandle").asText());
    }

    @Override
    public void close() {
        process.close();
    }

    /** A session. Not thread-safe. */
    public final class Session implements AutoCloseable {

        private final String path;

        private Session(String handle) {
            path = "/v1/sessions/" + handle;
        }

        /**
         * Runs a statement to its end.
         *
         * @return its rows as text, null where they are NULL
         * @throws SqlFailure with what the gateway says, if it fails
         */
        public List<List<String>> execute(String statement) {
            String operation =
                    path
                            + "/operations/"
                            + call(() -> rest.post(path + "/statements", statement(statement)))
                                    .get("operationHandle")
                                    .asText();
            List<List<String>> rows = new ArrayList<>();
            String next = operation + "/result/0?rowFormat=JSON";
            while (next != null) {
                JsonNode result = fetch(next);
                result.path("results").path("data").forEach(row -> rows.add(values(row)));
                next = result.path("nextResultUri").asText(null);
            }
            call(() -> rest.delete(operation + "/close"));
            return rows;
        }

        /** Runs statements that end with a semicolon at the end of a line. */
        public void executeAll(String script) {
            for (String statement : script.split(";\\s*(\\n|$)", -1)) {
                if (!statement.isBlank()) {
                    execute(statement.strip());
                }
            }
        }

        private JsonNode fetch(String uri) {
            Supplier<JsonNode> reply =
                    Eventually.get("a result", LONGEST, process::lastLines, () -> look(uri));
            return reply.get();
        }

        @Override
        public void close() {
            call(() -> rest.delete(path));
        }
    }

    /** A statement that has failed will not succeed by and by. */
    private Optional<Supplier<JsonNode>> look(String uri) {
        try {
            JsonNode result = call(() -> rest.get(uri));
            return result.path("resultType").asText().equals("NOT_READY")
                    ? Optional.empty()
                    : Optional.of(() -> result);
        } catch (SqlFailure failure) {
            return Optional.of(
                    () -> {
                        throw failure;
                    });
        }
    }

    private static Map<String, String> statement(String text) {
        return Map.of("statement", text);
    }

    private static List<String> values(JsonNode row) {
        List<String> values = new ArrayList<>();
        row.get("fields").forEach(value -> values.add(value.isNull() ? null : text(value)));
        return values;
    }

    private static String text(JsonNode value) {
        return value.isTextual() ? value.asText() : value.toString();
    }

    private interface Exchange {
        JsonNode call() throws IOException;
    }

    private static JsonNode call(Exchange exchange) {
        try {
            return exchange.call();
        } catch (IOException e) {
            throw new SqlFailure(e.getMessage(), e);
        }
    }
}
