package io.flinkllava.examples.sql;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/** The scripts of {@code examples/sql}, statement by statement, on tiny-llava. */
class SqlScriptsITCase {

    private static final Pattern SET = Pattern.compile("SET '([^']+)' = '([^']*)'");
    private static final Path SAMPLES = Path.of("tiny-llava/samples").toAbsolutePath();
    private static final Path MODEL = Path.of("tiny-llava/checkpoint").toAbsolutePath();

    @TempDir private Path data;
    private TableEnvironment tables;

    @Test
    void captionsAFolder() throws Exception {
        layPhotos();
        Files.writeString(data.resolve("photos/broken.png"), "no picture");

        run("captions.sql");

        List<String> captions = written("captions");
        assertThat(captions).hasSize(3);
        assertThat(captions)
                .anyMatch(line -> line.contains("a.png") && line.contains("green star"));
        assertThat(captions).anyMatch(line -> line.contains("b.png") && line.contains("red cross"));
        assertThat(captions)
                .anyMatch(line -> line.contains("broken.png") && !line.contains("\"error\":null"));
    }

    @Test
    void alertsWhereTheAnswerIsYes() throws Exception {
        layPhotos();

        run("questions.sql");

        List<String> alerts = written("alerts");
        assertThat(alerts).hasSize(2);
        assertThat(alerts)
                .anyMatch(line -> line.contains("a.png") && line.contains("\"star\""))
                .anyMatch(line -> line.contains("b.png") && line.contains("\"sign\""));
    }

    /** Planned, not run: there is no broker in this test. */
    @Test
    void plansTheTopics() throws Exception {
        tables = tables(false);
        List<String> statements = statements("kafka.sql");
        for (String statement : statements.subList(0, statements.size() - 1)) {
            execute(statement);
        }

        assertThat(tables.explainSql(statements.get(statements.size() - 1)))
                .contains("Sink(table=[default_catalog.default_database.captions]")
                .contains("MLPredictTableFunction");
    }

    private void layPhotos() throws IOException {
        Path photos = Files.createDirectory(data.resolve("photos"));
        Files.copy(SAMPLES.resolve("scene-01.png"), photos.resolve("a.png"));
        Files.copy(SAMPLES.resolve("scene-02.png"), photos.resolve("b.png"));
    }

    private void run(String script) throws Exception {
        tables = tables(true);
        for (String statement : statements(script)) {
            execute(statement);
        }
    }

    private static TableEnvironment tables(boolean batch) {
        Configuration configuration = new Configuration();
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        configuration.setString("parallelism.default", "1");
        EnvironmentSettings.Builder settings =
                EnvironmentSettings.newInstance().withConfiguration(configuration);
        return TableEnvironment.create(
                (batch ? settings.inBatchMode() : settings.inStreamingMode()).build());
    }

    private void execute(String statement) throws Exception {
        Matcher set = SET.matcher(statement);
        if (set.matches()) {
            // The command of SQL client and gateway.
            tables.getConfig().set(set.group(1), set.group(2));
        } else {
            tables.executeSql(statement).await();
        }
    }

    /** A small model and files of the test in place of the reader's. */
    private List<String> statements(String script) throws IOException {
        String text =
                Files.readString(Path.of("sql", script))
                        .replaceAll("(?m)^--.*$", "")
                        .replace("/models/llava-1.5-7b-hf", MODEL.toString())
                        .replace("/data", data.toString());
        return Stream.of(text.split(";\\s*(\n|$)"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private List<String> written(String table) throws IOException {
        List<String> lines = new ArrayList<>();
        try (Stream<Path> files = Files.walk(data.resolve(table))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
        }
        return lines;
    }
}
