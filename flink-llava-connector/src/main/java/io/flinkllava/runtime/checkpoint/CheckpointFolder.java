package io.flinkllava.runtime.checkpoint;

import io.flinkllava.runtime.LlavaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** The files of a checkpoint by their names. */
record CheckpointFolder(Path path) {

    CheckpointFolder {
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
    }

    boolean has(String name) {
        return Files.isRegularFile(file(name));
    }

    Path file(String name) {
        return path.resolve(name);
    }

    /** Asks for a file that a checkpoint cannot do without. */
    Path require(String name, String remedy) {
        if (!has(name)) {
            throw LlavaException.model(file(name) + ": no such file. " + remedy);
        }
        return file(name);
    }

    Optional<JsonObject> json(String name) {
        return has(name) ? Optional.of(JsonObject.read(file(name))) : Optional.empty();
    }
}
