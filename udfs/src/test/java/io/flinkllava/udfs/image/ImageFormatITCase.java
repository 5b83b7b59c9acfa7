package io.flinkllava.udfs.image;

import org.apache.flink.configuration.Configuration;
import org.apache.flink.runtime.testutils.MiniClusterResourceConfiguration;
import org.apache.flink.table.api.EnvironmentSettings;
import org.apache.flink.table.api.TableEnvironment;
import org.apache.flink.test.junit5.MiniClusterExtension;
import org.apache.flink.types.Row;
import org.apache.flink.util.CloseableIterator;
import org.apache.flink.util.CollectionUtil;

import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** {@code 'format' = 'image'} as SQL sees it. */
class ImageFormatITCase {

    private static final String COLUMNS =
            "content BYTES, width INT, height INT, image_format STRING, error STRING, "
                    + "path STRING NOT NULL METADATA FROM 'file.path', "
                    + "name STRING NOT NULL METADATA FROM 'file.name', "
                    + "size BIGINT NOT NULL METADATA FROM 'file.size', "
                    + "modified TIMESTAMP_LTZ(3) NOT NULL METADATA FROM 'file.modification-time'";

    @RegisterExtension static final MiniClusterExtension CLUSTER = cluster();

    @TempDir private Path folder;

    private final TableEnvironment batch = environment("batch");

    @BeforeEach
    void picturesInNestedFolders() throws IOException {
        Files.createDirectories(folder.resolve("deep/er"));
        copy("img0.png", "a.png");
        copy("rotated.jpg", "deep/b.jpg");
        copy("pic.webp", "deep/er/c.webp");
        copy("img1.png", "deep/.hidden.png");
    }

    @Test
    void fileIsOneRowWithItsContentItsHeaderAndWhatTheFileSystemKnows() throws IOException {
        create(batch, "");
        List<Row> rows = rows(batch, "SELECT * FROM photos ORDER BY name");
        assertThat(rows).hasSize(3);
        Path file = folder.resolve("a.png");
        assertThat(rows.get(0).<byte[]>getFieldAs("content"))
                .contains('\n')
                .isEqualTo(Files.readAllBytes(file));
        assertThat(rows.get(0).getField("path")).isEqualTo(file.toString());
        assertThat(rows.get(0).getField("size")).isEqualTo(Files.size(file));
        assertThat(rows.get(0).<Instant>getFieldAs("modified").toEpochMilli())
                .isEqualTo(Files.getLastModifiedTime(file).toMillis());
        assertThat(rows)
                .extracting(row -> row.getField("image_format"))
                .containsExactly("png", "jpeg", "webp");
        assertThat(rows).extracting(row -> row.getField("error")).containsOnlyNulls();
        assertThat(rows).allMatch(row -> row.<Integer>getFieldAs("width") > 0);
    }

    @Test
    void columnsMayBeLeftOutAndReordered() {
        batch.executeSql("CREATE TABLE photos (error STRING, width INT) WITH " + options(""));
        assertThat(rows(batch, "SELECT COUNT(*), COUNT(error), COUNT(width) FROM photos"))
                .containsExactly(Row.of(3L, 0L, 3L));
    }

    @Test
    void partitionsAreColumns() throws IOException {
        Files.createDirectories(folder.resolve("more/animal=cat"));
        copy("img0.png", "more/animal=cat/x.png");
        batch.executeSql(
                "CREATE TABLE photos (content BYTES, animal STRING) PARTITIONED BY (animal) WITH ('connector' = 'filesystem', 'format' = 'image', 'path' = '"
                        + folder.resolve("more")
                        + "')");
        assertThat(rows(batch, "SELECT animal, CARDINALITY(ARRAY[content]) FROM photos"))
                .containsExactly(Row.of("cat", 1));
    }

    @Test
    void whatIsNoPictureIsARowThatSaysWhy() throws IOException {
        unusablePictures();
        create(batch, ", 'image.max-bytes' = '100 kb', 'image.max-pixels' = '1000000'");
        assertThat(
                        rows(
                                batch,
                                "SELECT name, error FROM photos WHERE content IS NULL ORDER BY name"))
                .extracting(row -> row.getFieldAs(0) + ": " + row.getFieldAs(1))
                .satisfiesExactly(
                        row -> assertThat(row).startsWith("cut.png: The PNG picture of 20 bytes"),
                        row -> assertThat(row).startsWith("empty.png: The picture is empty"),
                        row ->
                                assertThat(row)
                                        .endsWith(
                                                "has 204800 bytes, the limit is 102400 (max-bytes)."),
                        row -> assertThat(row).contains("text.png").contains("are no picture"));
        assertThat(rows(batch, "SELECT COUNT(*) FROM photos")).containsExactly(Row.of(7L));
    }

    /** Whatever is selected. */
    @ParameterizedTest
    @CsvSource({"COUNT(*)", "COUNT(content)", "COUNT(path)"})
    void skippedFilesAreNoRows(String selected) throws IOException {
        unusablePictures();
        create(batch, ", 'image.max-bytes' = '100 kb', 'image.on-error' = 'skip'");
        assertThat(rows(batch, "SELECT " + selected + " FROM photos")).containsExactly(Row.of(3L));
    }

    @Test
    void failingOnErrorNamesTheFile() throws IOException {
        unusablePictures();
        create(batch, ", 'image.on-error' = 'fail', 'source.path.regex-pattern' = '.*text.*'");
        assertThatThrownBy(() -> rows(batch, "SELECT COUNT(*) FROM photos"))
                .rootCause()
                .hasMessageContaining("text.png: The 21 bytes are no picture")
                .hasMessageContaining("'image.on-error'");
    }

    @Test
    void watchedFolderGivesPicturesAsTheyCome() throws Exception {
        TableEnvironment streaming = environment("streaming");
        create(streaming, ", 'source.monitor-interval' = '50 ms'");
        List<String> names = new ArrayList<>();
        CloseableIterator<Row> rows =
                streaming.executeSql("SELECT name, content FROM photos").collect();
        try {
            for (int i = 0; i < 3; i++) {
                names.add(rows.next().getFieldAs(0));
            }
            // Moved, since a file half written is a picture cut off.
            copy("img2.png", ".late.png");
            Files.move(folder.resolve(".late.png"), folder.resolve("late.png"));
            assertThat(rows.next().<String>getFieldAs(0)).isEqualTo("late.png");
        } finally {
            rows.close();
        }
        assertThat(names).containsExactlyInAnyOrder("a.png", "b.jpg", "c.webp");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "picture BYTES; ''; Format 'image' has no column 'picture', only content BYTES, width INT",
                "content STRING; ''; Format 'image' wants the column content BYTES, which may be NULL; it is declared STRING",
                "content BYTES NOT NULL; ''; it is declared BYTES NOT NULL",
                "width BIGINT; ''; Format 'image' wants the column width INT",
                "content BYTES; , 'image.max-byte' = '1 mb'; Unsupported options found for 'image'",
                "content BYTES; , 'image.max-bytes' = '2 gb'; 'image.max-bytes' is 2147483648 bytes",
                "content BYTES; , 'image.max-pixels' = '0'; 'image.max-pixels' is 0",
                "content BYTES; , 'image.on-error' = 'ignore'; Could not parse value 'ignore'"
            })
    void wrongTablesAreRefusedBeforeTheyRun(String columns, String options, String message) {
        batch.executeSql("CREATE TABLE photos (" + columns + ") WITH " + options(options));
        assertThatThrownBy(() -> batch.explainSql("SELECT * FROM photos"))
                .hasStackTraceContaining(message);
    }

    private void unusablePictures() throws IOException {
        byte[] good = Files.readAllBytes(Golden.image("img0.png"));
        Files.writeString(folder.resolve("text.png"), "This is not a picture");
        Files.write(folder.resolve("empty.png"), new byte[0]);
        Files.write(folder.resolve("cut.png"), Arrays.copyOf(good, 20));
        Files.write(folder.resolve("large.png"), new byte[200 << 10]);
    }

    private void copy(String picture, String name) throws IOException {
        Files.copy(Golden.image(picture), folder.resolve(name));
    }

    private void create(TableEnvironment environment, String options) {
        environment.executeSql("CREATE TABLE photos (" + COLUMNS + ") WITH " + options(options));
    }

    private String options(String more) {
        return "('connector' = 'filesystem', 'format' = 'image', 'path' = '"
                + folder
                + "'"
                + more
                + ")";
    }

    private static TableEnvironment environment(String mode) {
        Configuration configuration = new Configuration();
        configuration.setString("execution.runtime-mode", mode);
        configuration.setString("parallelism.default", "1");
        return TableEnvironment.create(
                EnvironmentSettings.newInstance().withConfiguration(configuration).build());
    }

    private static MiniClusterExtension cluster() {
        Configuration configuration = new Configuration();
        configuration.setString("jobmanager.bind-host", "127.0.0.1");
        return new MiniClusterExtension(
                new MiniClusterResourceConfiguration.Builder()
                        .setConfiguration(configuration)
                        .setNumberTaskManagers(1)
                        .setNumberSlotsPerTaskManager(1)
                        .build());
    }

    private static List<Row> rows(TableEnvironment environment, String query) {
        return List.copyOf(CollectionUtil.iteratorToList(environment.executeSql(query).collect()));
    }
}
