package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaErrorCode;
import io.flinkllava.runtime.LlavaException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The files of a checkpoint by their names. Remembers which were asked for: these are the
 * checkpoint, and whatever else lies in the folder is not.
 */
final class CheckpointFolder {

    private final Path path;
    private final Set<Path> files = new TreeSet<>();

    CheckpointFolder(Path path) {
        if (Files.isRegularFile(path)) {
            throw LlavaException.model(
                    path + " is a file: give the Hugging Face checkpoint folder that holds it");
        }
        if (!Files.isDirectory(path)) {
            throw LlavaException.model(
                    path
                            + ": no such folder. Download the Hugging Face checkpoint first and give"
                            + " the path of its folder; nothing is downloaded here");
        }
        this.path = path;
    }

    Path path() {
        return path;
    }

    /** All that were asked for so far, in the order of their names. */
    List<Path> files() {
        return List.copyOf(files);
    }

    boolean has(String name) {
        return Files.isRegularFile(path.resolve(name));
    }

    /** A file, to be read. */
    Path file(String name) {
        Path file = path.resolve(name);
        files.add(file);
        return file;
    }

    /** A file, to be read with those beside it whose names begin with its own. */
    Path fileAndParts(String name) {
        Path file = file(name);
        try (Stream<Path> beside = Files.list(file.getParent())) {
            String start = file.getFileName().toString();
            beside.filter(part -> part.getFileName().toString().startsWith(start))
                    .forEach(files::add);
        } catch (IOException e) {
            throw new LlavaException(
                    LlavaErrorCode.MODEL,
                    file.getParent() + ": cannot be listed: " + e.getMessage(),
                    e);
        }
        return file;
    }

    /** Asks for a file that a checkpoint cannot do without. */
    Path require(String name, String remedy) {
        Path file = file(name);
        if (!has(name)) {
            throw LlavaException.model(file + ": no such file. " + remedy);
        }
        return file;
    }

    Optional<JsonObject> json(String name) {
        return has(name) ? Optional.of(JsonObject.read(file(name))) : Optional.empty();
    }
}
