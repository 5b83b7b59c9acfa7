package io.flinkllava.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * Golden data made with Hugging Face transformers: tiny checkpoints with the answers of {@code
 * generate}, and the values of their processors. Read from the sources, since checkpoints are
 * folders and not class path resources.
 */
public final class Golden {

    private static final Path ROOT = Path.of("flink-llava-connector/src/test/resources/golden");

    private Golden() {}

    /** A checkpoint folder with a {@code requests.jsonl}. */
    public static Path checkpoint(String name) {
        return path("checkpoints/" + name);
    }

    /** One of the pictures that the requests name. */
    public static Path image(String name) {
        return path("checkpoints/images/" + name);
    }

    /** Copies a folder with all that is in it, for a test to change. */
    public static Path copy(String name, Path target) {
        Path source = path(name);
        try (Stream<Path> files = Files.walk(source)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path copy = target.resolve(source.relativize(file).toString());
                Files.createDirectories(copy.getParent());
                Files.write(copy, Files.readAllBytes(file));
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Path path(String name) {
        for (Path folder = Path.of("").toAbsolutePath();
                folder != null;
                folder = folder.getParent()) {
            Path candidate = folder.resolve(ROOT).resolve(name);
            if (Files.exists(candidate)) {
                return candidate;
            }
        }
        throw new IllegalStateException("No golden data '" + name + "' below " + ROOT);
    }
}
