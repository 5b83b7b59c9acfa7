package io.flinkllava.testing.cluster;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a Flink distribution consists of, which is not on Maven Central as such. Its core is taken
 * from the test's class path; its {@code lib} and {@code opt}, which only a module with SQL tests
 * has, from below {@code target/flink}, where the build has copied them.
 */
final class FlinkJars {

    private static final Path COPIED = Path.of("target/flink").toAbsolutePath();

    /** Parts of the paths of jars in a Maven repository: Flink, what it needs, and logging. */
    private static final List<String> CORE =
            List.of(
                    "/org/apache/flink/",
                    "/com/esotericsoftware/",
                    "/org/objenesis/",
                    "/org/javassist/",
                    "/org/snakeyaml/",
                    "/org/roaringbitmap/",
                    "/org/xerial/snappy/",
                    "/at/yawk/lz4/",
                    "/com/ververica/",
                    "/commons-cli/",
                    "/commons-collections/",
                    "/commons-io/",
                    "/org/apache/commons/",
                    "/com/google/code/findbugs/",
                    "/org/slf4j/",
                    "/org/apache/logging/");

    /** Those that a distribution keeps in {@code lib}, or does not have. */
    private static final List<String> NOT_CORE =
            List.of(
                    "/flink-table-",
                    "/flink-sql-",
                    "/flink-connector-files/",
                    "/flink-connector-kafka/",
                    "/flink-avro/",
                    "/flink-csv/",
                    "/flink-json/",
                    "/flink-test-utils",
                    "/flink-architecture-tests",
                    "-tests.jar");

    private FlinkJars() {}

    /** The class path of a JobManager and a TaskManager, without what a user adds. */
    static List<Path> cluster() {
        return Stream.concat(core().stream(), copied("lib").stream()).toList();
    }

    /** What the SQL client and gateway have beside that. */
    static List<Path> sqlClient() {
        List<Path> jars = copied("opt");
        if (jars.isEmpty()) {
            throw new IllegalStateException(
                    "No jars in "
                            + COPIED.resolve("opt")
                            + ": let the module copy Flink's SQL jars (dependency plugin,"
                            + " executions flink-lib and flink-opt)");
        }
        return jars;
    }

    private static List<Path> core() {
        return testClassPath()
                .filter(jar -> CORE.stream().anyMatch(jar.toString()::contains))
                .filter(jar -> NOT_CORE.stream().noneMatch(jar.toString()::contains))
                .toList();
    }

    /** Folders and jars. */
    static Stream<Path> testClassPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of);
    }

    private static List<Path> copied(String folder) {
        Path jars = COPIED.resolve(folder);
        if (!Files.isDirectory(jars)) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(jars)) {
            return files.sorted().toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
