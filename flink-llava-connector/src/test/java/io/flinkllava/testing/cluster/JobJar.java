package io.flinkllava.testing.cluster;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import java.util.zip.Deflater;
import java.util.zip.ZipEntry;

/**
 * Writes jobs as jars: the classes of the module's tests, and jars nested in {@code lib/}, which
 * Flink unpacks and puts on the job's class path.
 */
public final class JobJar {

    private JobJar() {}

    /** A job that finds flink-llava in the cluster's {@code lib}. */
    public static Path thin(Path target) {
        return write(target, testClasses(), List.of());
    }

    /** A job that brings these jars along. */
    public static Path with(Path target, List<Path> nested) {
        return write(target, testClasses(), nested);
    }

    private static List<Path> testClasses() {
        return FlinkJars.testClassPath().filter(path -> path.endsWith("test-classes")).toList();
    }

    private static Path write(Path target, List<Path> folders, List<Path> nested) {
        Set<String> written = new HashSet<>();
        try (OutputStream file = Files.newOutputStream(target);
                JarOutputStream jar = new JarOutputStream(file)) {
            // It is read at once, on this machine.
            jar.setLevel(Deflater.NO_COMPRESSION);
            for (Path folder : folders) {
                addClasses(jar, folder, written);
            }
            for (Path library : nested) {
                add(jar, "lib/" + library.getFileName(), library, written);
            }
            return target;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void addClasses(JarOutputStream jar, Path folder, Set<String> written)
            throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (name.endsWith(".class") || name.startsWith("META-INF/services/")) {
                    add(jar, name, file, written);
                }
            }
        }
    }

    private static void add(JarOutputStream jar, String name, Path file, Set<String> written)
            throws IOException {
        if (written.add(name)) {
            jar.putNextEntry(new ZipEntry(name));
            Files.copy(file, jar);
            jar.closeEntry();
        }
    }
}
