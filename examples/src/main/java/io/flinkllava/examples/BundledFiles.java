package io.flinkllava.examples;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Files that come with the program: in its jar, or beside its classes when run from a build. */
public final class BundledFiles {

    private BundledFiles() {}

    /**
     * Copies a folder out of the program.
     *
     * @param name path in the jar
     * @param target where its content goes
     * @throws IOException if there is no such folder
     */
    public static Path copy(String name, Path target) throws IOException {
        return copy(program(), name, target);
    }

    /** From a jar, or from a folder of classes. */
    public static Path copy(Path program, String name, Path target) throws IOException {
        if (Files.isDirectory(program)) {
            return copy(program.resolve(name), target);
        }
        try (FileSystem jar = FileSystems.newFileSystem(program)) {
            return copy(jar.getPath(name), target);
        }
    }

    private static Path copy(Path source, Path target) throws IOException {
        if (!Files.isDirectory(source)) {
            throw new IOException("This build of flink-llava has no '" + source + "' in it");
        }
        List<Path> files;
        try (Stream<Path> found = Files.walk(source)) {
            files = found.filter(Files::isRegularFile).toList();
        }
        for (Path file : files) {
            Path copy = target.resolve(source.relativize(file).toString());
            Files.createDirectories(copy.getParent());
            Files.copy(file, copy);
        }
        return target;
    }

    private static Path program() throws IOException {
        try {
            return Path.of(
                    BundledFiles.class.getProtectionDomain().getCodeSource().getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IOException("The program does not find its own files", e);
        }
    }
}
