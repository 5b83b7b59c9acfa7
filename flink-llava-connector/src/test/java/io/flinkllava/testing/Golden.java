package io.flinkllava.testing;

import java.nio.file.Files;
import java.nio.file.Path;

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
