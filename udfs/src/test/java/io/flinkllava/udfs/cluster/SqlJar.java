package io.flinkllava.udfs.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** {@code flink-sql-llava-<version>.jar}, as the build has made it. */
final class SqlJar {

    private SqlJar() {}

    static Path path() {
        try (Stream<Path> files = Files.list(Path.of("target"))) {
            List<Path> jars =
                    files.filter(
                                    file ->
                                            file.getFileName()
                                                    .toString()
                                                    .startsWith("flink-sql-llava-"))
                            .toList();
            if (jars.size() != 1) {
                throw new IllegalStateException("Not one SQL jar in target: " + jars);
            }
            return jars.get(0).toAbsolutePath();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
