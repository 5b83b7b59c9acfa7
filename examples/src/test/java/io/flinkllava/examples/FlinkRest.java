package io.flinkllava.examples;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The web UI of a running command, and the REST API behind it.
 *
 * @param url without a slash at its end
 */
public record FlinkRest(String url, HttpClient client) {

    private static final Pattern LINE =
            Pattern.compile("(?m)^Web UI: (http://127\\.0\\.0\\.1:\\d+)$");
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Where a command says that it is; empty if it has said nothing yet.
     *
     * @param err what it wrote to standard error
     */
    public static Optional<FlinkRest> of(Path err) throws IOException {
        Matcher line = LINE.matcher(Files.readString(err));
        return line.find()
                ? Optional.of(new FlinkRest(line.group(1), HttpClient.newHttpClient()))
                : Optional.empty();
    }

    /** Gets a page. */
    public HttpResponse<String> get(String path) throws IOException {
        return send(HttpRequest.newBuilder(URI.create(url + path)).build());
    }

    /** Sends any request. */
    public HttpResponse<String> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("while asking " + request.uri());
        }
    }

    /** The values that a metric of the only job's operators has just now. */
    public List<String> metric(String name) throws IOException {
        List<String> values = new ArrayList<>();
        for (JsonNode job : json("/jobs").path("jobs")) {
            String path = "/jobs/" + job.path("id").asText();
            for (JsonNode vertex : json(path).path("vertices")) {
                String metrics = path + "/vertices/" + vertex.path("id").asText() + "/metrics";
                for (JsonNode metric : json(metrics)) {
                    String id = metric.path("id").asText();
                    if (id.endsWith("." + name)) {
                        values.add(json(metrics + "?get=" + id).at("/0/value").asText());
                    }
                }
            }
        }
        return values;
    }

    private JsonNode json(String path) throws IOException {
        return JSON.readTree(get(path.replace(" ", "%20")).body());
    }
}
