package io.flinkllava.testing.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * A JVM of its own. What it prints goes to a log file, its temporary files to a folder of its own.
 * Ends with the test's process at the latest.
 */
public final class JavaProcess implements AutoCloseable {

    private static final long END_SECONDS = 20;
    private static final int TOLD_LINES = 60;

    private final String name;
    private final Process process;
    private final Path log;
    private final Path temporary;
    private final Thread hook;

    private JavaProcess(String name, Process process, Path log, Path temporary) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.temporary = temporary;
        this.hook = new Thread(process::destroyForcibly);
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /**
     * Starts {@code java} with these arguments.
     *
     * @param folder of the cluster: the process works in it
     */
    static JavaProcess start(
            Path folder, String name, List<String> arguments, Map<String, String> environment) {
        try {
            Path temporary = Files.createDirectories(folder.resolve("tmp").resolve(name));
            Path home = Files.createDirectories(folder.resolve("home"));
            Path log = Files.createDirectories(folder.resolve("logs")).resolve(name + ".log");
            List<String> command = new ArrayList<>();
            command.add(tool("java"));
            command.add("-Djava.io.tmpdir=" + temporary);
            command.add("-Duser.home=" + home);
            command.addAll(arguments);
            ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
            builder.environment().put("HOME", home.toString());
            builder.environment().remove("JAVA_TOOL_OPTIONS");
            builder.environment().putAll(environment);
            builder.redirectErrorStream(true)
                    .redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()))
                    .redirectOutput(log.toFile());
            return new JavaProcess(name, builder.start(), log, temporary);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The path of a program of this JDK. */
    static String tool(String program) {
        return Path.of(System.getProperty("java.home"), "bin", program).toString();
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** Everything it has printed so far. */
    public String output() {
        try {
            // Other bytes than UTF-8 are no reason to hide the rest.
            return new String(Files.readAllBytes(log), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last lines it has printed, under its name. */
    public String lastLines() {
        List<String> lines = output().lines().toList();
        return "---- "
                + name
                + (isAlive() ? "" : " (ended)")
                + "\n"
                + String.join(
                        "\n", lines.subList(Math.max(0, lines.size() - TOLD_LINES), lines.size()));
    }

    /** Where its temporary files are. */
    public Path temporary() {
        return temporary;
    }

    /** What it takes of the machine, after a garbage collection. */
    public Footprint footprint() {
        return Footprint.of(this);
    }

    /**
     * Waits for its end.
     *
     * @return its exit status
     * @throws AssertionError if it does not end
     */
    public int await(long seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                String state = lastLines();
                kill();
                throw new AssertionError(name + " runs after " + seconds + " s\n" + state);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CompletionException(e);
        }
    }

    /** {@code kill -9}, and waits until it is gone. */
    public void kill() {
        process.destroyForcibly();
        await(END_SECONDS);
    }

    /** Asks it to end, and kills it if it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        } finally {
            removeHook();
        }
    }

    private void removeHook() {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException shuttingDown) {
            // It has been started by now.
        }
    }
}
