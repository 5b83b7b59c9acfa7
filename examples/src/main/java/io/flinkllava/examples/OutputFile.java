package io.flinkllava.examples;

import java.io.IOException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/**
 * A file that appears as a whole or not at all: it is written under another name in the same
 * folder, and moved at the end. Whoever does not {@link #publish} it leaves what was there before.
 */
public final class OutputFile implements AutoCloseable {

    private final Path place;
    private final Path temporary;
    private final Thread cleanup;

    private OutputFile(Path place, Path temporary) {
        this.place = place;
        this.temporary = temporary;
        // Interrupting the command from the keyboard runs no finally block.
        this.cleanup = new Thread(temporary.toFile()::delete, "remove " + temporary);
    }

    /** The file to be at a place. */
    public static OutputFile at(Path place) throws IOException {
        Path absolute = place.toAbsolutePath();
        // Not createTempFile: its files can be read by their owner only, and so would the answers.
        Path temporary =
                absolute.resolveSibling(
                        "." + absolute.getFileName() + ".tmp-" + ProcessHandle.current().pid());
        Files.write(temporary, new byte[0]);
        OutputFile file = new OutputFile(absolute, temporary);
        Runtime.getRuntime().addShutdownHook(file.cleanup);
        return file;
    }

    /** Where to write. */
    public Path temporary() {
        return temporary;
    }

    /** Moves what was written to its place, whatever was there before. */
    public void publish() throws IOException {
        try {
            Files.move(
                    temporary,
                    place,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(temporary, place, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    @Override
    public void close() throws IOException {
        Files.deleteIfExists(temporary);
        Runtime.getRuntime().removeShutdownHook(cleanup);
    }
}
