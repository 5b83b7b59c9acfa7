package io.flinkllava.udfs;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.DataTypes;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.types.Row;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.GoldenRequest;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import static org.assertj.core.api.Assertions.assertThat;

/** Statements, run as a user would, on Flink in the test's process. */
public final class SqlSession {

    private final TableEnvironment tables;

    private SqlSession(EnvironmentSettings.Builder settings, int parallelism) {
        Configuration configuration = new Configuration();
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        configuration.setString("parallelism.default", String.valueOf(parallelism));
        configuration.setString("pipeline.generic-types", "false");
        tables = TableEnvironment.create(settings.withConfiguration(configuration).build());
    }

    public static SqlSession streaming() {
        return new SqlSession(EnvironmentSettings.newInstance().inStreamingMode(), 1);
    }

    public static SqlSession batch() {
        return new SqlSession(EnvironmentSettings.newInstance().inBatchMode(), 1);
    }

    public static SqlSession inMode(String mode) {
        return mode.equals("batch") ? batch() : streaming();
    }

    public static SqlSession streaming(int parallelism) {
        return new SqlSession(EnvironmentSettings.newInstance().inStreamingMode(), parallelism);
    }

    public TableEnvironment tables() {
        return tables;
    }

    public SqlSession set(String key, String value) {
        tables.getConfig().set(key, value);
        return this;
    }

    /** Runs a statement to its end. */
    public List<Row> run(String statement) {
        List<Row> rows = new ArrayList<>();
        // The rows' iterator gives its resources back at the end of the rows.
        tables.executeSql(statement).collect().forEachRemaining(rows::add);
        return rows;
    }

    /** The golden requests of a checkpoint with one picture and one question. */
    public static List<GoldenRequest> questions(String checkpoint) {
        try {
            return GoldenRequest.all(checkpoint).stream()
                    .filter(GoldenRequest::isDecidable)
                    .filter(request -> request.request().images().size() == 1)
                    .filter(request -> request.request().messages().size() == 1)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A view with the columns {@code id}, {@code image} and {@code question}. */
    public SqlSession view(String name, List<GoldenRequest> requests) {
        tables.createTemporaryView(
                name,
                tables.fromValues(
                        DataTypes.ROW(
                                DataTypes.FIELD("id", DataTypes.STRING()),
                                DataTypes.FIELD("image", DataTypes.BYTES()),
                                DataTypes.FIELD("question", DataTypes.STRING())),
                        requests.stream()
                                .map(
                                        request ->
                                                Row.of(
                                                        request.id(),
                                                        request.request().images().get(0),
                                                        request.request()
                                                                .messages()
                                                                .get(0)
                                                                .content()))
                                .toList()));
        return this;
    }

    /** The golden requests of a checkpoint with pictures, one or several, and turns likewise. */
    public static List<GoldenRequest> conversations(String checkpoint) {
        try {
            List<GoldenRequest> golden =
                    GoldenRequest.all(checkpoint).stream()
                            .filter(GoldenRequest::isDecidable)
                            .filter(one -> one.tokenIds().size() == 24)
                            // Flink has no literal for an empty array.
                            .filter(one -> !one.request().images().isEmpty())
                            .toList();
            assertThat(golden)
                    .anyMatch(one -> one.request().images().size() > 1)
                    .anyMatch(one -> one.request().messages().size() > 1);
            return golden;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A view with the columns {@code id}, {@code images} and {@code turns}. */
    public SqlSession conversationView(String name, List<GoldenRequest> requests) {
        tables.createTemporaryView(
                name,
                tables.fromValues(
                        DataTypes.ROW(
                                DataTypes.FIELD("id", DataTypes.STRING()),
                                DataTypes.FIELD("images", DataTypes.ARRAY(DataTypes.BYTES())),
                                DataTypes.FIELD(
                                        "turns",
                                        DataTypes.ARRAY(
                                                DataTypes.ROW(
                                                        DataTypes.FIELD("role", DataTypes.STRING()),
                                                        DataTypes.FIELD(
                                                                "content", DataTypes.STRING()))))),
                        requests.stream().map(SqlSession::conversation).toList()));
        return this;
    }

    private static Row conversation(GoldenRequest golden) {
        return Row.of(
                golden.id(),
                golden.request().images().toArray(byte[][]::new),
                golden.request().messages().stream()
                        .map(
                                turn ->
                                        Row.of(
                                                turn.role().name().toLowerCase(Locale.ROOT),
                                                turn.content()))
                        .toArray(Row[]::new));
    }

    /** Bytes as SQL writes them. */
    public static String literal(byte[] bytes) {
        return "x'" + HexFormat.of().formatHex(bytes) + "'";
    }

    /** Options as SQL writes them, from keys and values in turn. */
    public static String with(String... options) {
        return IntStream.range(0, options.length / 2)
                .mapToObj(i -> "'" + options[2 * i] + "' = '" + options[2 * i + 1] + "'")
                .collect(Collectors.joining(", ", "WITH (", ")"));
    }

    /** The folder of a golden checkpoint. */
    public static String checkpoint(String name) {
        return Golden.checkpoint(name).toString();
    }
}
