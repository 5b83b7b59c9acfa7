package io.flinkllava.testing.cluster;

import com.fasterxml.jackson.databind.JsonNode;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;

/** The jobs of a cluster, as its REST API shows them. */
public final class ClusterJobs {

    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final List<String> ENDED = List.of("FINISHED", "CANCELED", "FAILED");

    private final HttpJson rest;
    private final Supplier<String> logs;

    ClusterJobs(HttpJson rest, Supplier<String> logs) {
        this.rest = rest;
        this.logs = logs;
    }

    /** Uploads a jar, to be run many times. */
    public UploadedJar upload(Path jar) {
        return look(
                () -> {
                    String file = rest.upload("/jars/upload", jar).get("filename").asText();
                    return new UploadedJar(file.substring(file.lastIndexOf('/') + 1));
                });
    }

    /** {@code CREATED}, {@code RUNNING}, {@code FINISHED} and so on. */
    public String state(String job) {
        return look(() -> rest.get("/jobs/" + job).get("state").asText());
    }

    /** Ids of all jobs in this state. */
    public List<String> in(String state) {
        return look(
                () ->
                        rest.get("/jobs").get("jobs").findParents("id").stream()
                                .filter(job -> job.get("status").asText().equals(state))
                                .map(job -> job.get("id").asText())
                                .toList());
    }

    /** Waits until the job is in this state; fails at once if it ends in another one. */
    public void await(String job, String state) {
        String reached =
                Eventually.get(
                        "job " + job + " is " + state,
                        LONGEST,
                        logs,
                        () -> {
                            String now = state(job);
                            return now.equals(state) || ENDED.contains(now)
                                    ? Optional.of(now)
                                    : Optional.empty();
                        });
        if (!reached.equals(state)) {
            throw new AssertionError(
                    "Job "
                            + job
                            + " is "
                            + reached
                            + ", not "
                            + state
                            + ": "
                            + look(() -> rest.get("/jobs/" + job + "/exceptions"))
                            + "\n"
                            + logs.get());
        }
    }

    /** Cancels the job and waits for its end. */
    public void cancel(String job) {
        look(() -> rest.patch("/jobs/" + job + "?mode=cancel"));
        await(job, "CANCELED");
    }

    /**
     * The least value that a metric has in any subtask, as the JobManager knows it; empty while it
     * does not.
     *
     * @param metric the last part of its name
     */
    public OptionalDouble least(String job, String metric) {
        return look(
                () -> {
                    for (JsonNode vertex : rest.get("/jobs/" + job).get("vertices")) {
                        String metrics =
                                "/jobs/"
                                        + job
                                        + "/vertices/"
                                        + vertex.get("id").asText()
                                        + "/subtasks/metrics";
                        for (String id : rest.get(metrics).findValuesAsText("id")) {
                            if (id.endsWith("." + metric)) {
                                JsonNode least = rest.get(metrics + "?agg=min&get=" + id);
                                return OptionalDouble.of(least.findValue("min").asDouble());
                            }
                        }
                    }
                    return OptionalDouble.empty();
                });
    }

    /**
     * What the metrics of the job whose names end so add up to, over all subtasks; 0 where none has
     * been reported. As old as {@code metrics.fetcher.update-interval} lets it be.
     */
    public double metric(String job, String name) {
        return look(
                () -> {
                    double sum = 0;
                    JsonNode vertices = rest.get("/jobs/" + job).get("vertices");
                    for (String vertex : vertices.findValuesAsText("id")) {
                        String metrics =
                                "/jobs/" + job + "/vertices/" + vertex + "/subtasks/metrics";
                        for (String id : rest.get(metrics).findValuesAsText("id")) {
                            if (id.endsWith(name)) {
                                String query =
                                        "?agg=sum&get="
                                                + URLEncoder.encode(id, StandardCharsets.UTF_8);
                                sum += rest.get(metrics + query).path(0).path("sum").asDouble();
                            }
                        }
                    }
                    return sum;
                });
    }

    /** How many checkpoints of the job have been completed. */
    public int checkpoints(String job) {
        return look(
                () ->
                        rest.get("/jobs/" + job + "/checkpoints")
                                .path("counts")
                                .path("completed")
                                .asInt());
    }

    /** A jar that the JobManager keeps. */
    public final class UploadedJar {

        private final String id;

        private UploadedJar(String id) {
            this.id = id;
        }

        /**
         * Runs it.
         *
         * @return the job's id
         */
        public String run(Class<?> main, String... arguments) {
            return look(
                    () ->
                            rest.post(
                                            "/jars/" + id + "/run",
                                            Map.of(
                                                    "entryClass",
                                                    main.getName(),
                                                    "programArgsList",
                                                    List.of(arguments)))
                                    .get("jobid")
                                    .asText());
        }
    }

    private interface Exchange<T> {
        T call() throws IOException;
    }

    private static <T> T look(Exchange<T> exchange) {
        try {
            return exchange.call();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
