package io.flinkllava.udfs;

import org.apache.flink.test.junit5.MiniClusterExtension;

import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import static org.assertj.core.api.Assertions.assertThat;

/** Every statement of {@code docs/sql.md} runs, one after the other in one session. */
class SqlPageITCase {

    private static final Pattern SET =
            Pattern.compile("SET '([^']+)' = '((?:[^']|'')*)'", Pattern.DOTALL);
    private static final List<String> PICTURES = List.of("img0.png", "img1.png");

    @RegisterExtension static final MiniClusterExtension CLUSTER = SqlCluster.withSlots(1);

    @Test
    void everyStatementRuns(@TempDir Path data) throws IOException {
        writePhotos(data);
        SqlSession sql = SqlSession.streaming();
        for (String statement : SqlPage.statements()) {
            run(sql, here(statement, data));
        }
    }

    private static void run(SqlSession sql, String statement) {
        Matcher set = SET.matcher(statement);
        if (set.matches()) {
            // The command of SQL client and gateway.
            sql.set(set.group(1), set.group(2).replace("''", "'"));
        } else if (statement.startsWith("SELECT")) {
            assertThat(sql.run(statement)).as(statement).hasSize(PICTURES.size());
        } else {
            sql.run(statement);
        }
    }

    /** A small model and files of the test in place of the reader's. */
    private static String here(String statement, Path data) {
        return statement
                .replace("/models/llava-1.5-7b-hf", SqlSession.checkpoint("llava15"))
                .replace("/data", data.toString());
    }

    private static void writePhotos(Path data) throws IOException {
        Path folder = Files.createDirectory(data.resolve("photos"));
        StringBuilder photos = new StringBuilder();
        StringBuilder files = new StringBuilder();
        for (String name : PICTURES) {
            byte[] picture = Files.readAllBytes(Golden.image(name));
            Path file = Files.write(folder.resolve(name), picture);
            photos.append(
                    String.format(
                            "{\"id\": \"%s\", \"image\": \"%s\", \"question\": \"What is this?\"}%n",
                            name, Base64.getEncoder().encodeToString(picture)));
            files.append(String.format("{\"id\": \"%s\", \"path\": \"%s\"}%n", name, file));
        }
        Files.writeString(data.resolve("photos.json"), photos);
        Files.writeString(data.resolve("photo_files.json"), files);
    }
}
