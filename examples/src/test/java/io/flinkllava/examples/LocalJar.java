package io.flinkllava.examples;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs {@code flink-llava-local.jar} as a user does: in a process of its own.
 *
 * @param folder the process works here; its temporary files go to a folder below
 * @param environment variables of the process
 */
public record LocalJar(Path folder, Map<String, String> environment) {

    private static final Path JAR = Path.of("target/flink-llava-local.jar");
    private static final long LOOK_MILLIS = 50;

    /** 128 and the number of the signal: such a process cannot tidy up. */
    private static final int KILLED = 137;

    /** What a run has left behind. */
    public record Outcome(int status, String out, String err) {}

    /** In the most awkward of locales: what is written is UTF-8 nevertheless. */
    public LocalJar(Path folder) {
        this(folder, Map.of("LC_ALL", "C"));
    }

    /** Where names of files may be in any language; Java takes their encoding from the locale. */
    public static LocalJar inUnicode(Path folder) {
        return new LocalJar(folder, Map.of("LC_ALL", "C.UTF-8"));
    }

    /** Looks at a running process. */
    public interface Watch {
        void look(ProcessHandle process) throws IOException;
    }

    public Outcome run(String... arguments) throws IOException, InterruptedException {
        return run(process -> {}, arguments);
    }

    /**
     * Runs the jar, looked at every {@value #LOOK_MILLIS} ms.
     *
     * @throws AssertionError if it leaves temporary files, though it was not killed
     */
    public Outcome run(Watch watch, String... arguments) throws IOException, InterruptedException {
        Path temporary = Files.createDirectories(folder.resolve("tmp"));
        Process process = start(temporary, arguments);
        try {
            while (!process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                watch.look(process.toHandle());
            }
        } finally {
            process.destroyForcibly();
        }
        if (process.exitValue() != KILLED) {
            assertThat(left(temporary)).as("temporary files").isEmpty();
        }
        return new Outcome(
                process.exitValue(),
                Files.readString(folder.resolve("out")),
                Files.readString(folder.resolve("err")));
    }

    /** ONNX Runtime's Java binding forgets an empty folder at each exit. */
    private static List<Path> left(Path temporary) throws IOException {
        try (Stream<Path> files = Files.walk(temporary)) {
            return files.filter(file -> !file.equals(temporary))
                    .filter(file -> !file.getFileName().toString().startsWith("onnxruntime-java"))
                    .toList();
        }
    }

    private Process start(Path temporary, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx1g");
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add("-jar");
        command.add(JAR.toAbsolutePath().toString());
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().putAll(environment);
        return builder.redirectOutput(folder.resolve("out").toFile())
                .redirectError(folder.resolve("err").toFile())
                .start();
    }
}
