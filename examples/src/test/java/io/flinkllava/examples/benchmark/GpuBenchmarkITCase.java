package io.flinkllava.examples.benchmark;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/** The benchmark for GPUs, dry, on the CPU: every step but the build and the golden tests. */
class GpuBenchmarkITCase {

    private static final Path SCRIPT = Path.of("benchmarks/gpu/run.sh").toAbsolutePath();
    private static final Path JAR = Path.of("target/flink-llava-local.jar").toAbsolutePath();

    @TempDir private Path folder;

    @Test
    void writesAReport() throws Exception {
        Path report = folder.resolve("report.md");

        int status =
                run(
                        "--dry-run",
                        "--without-transformers",
                        "--jar",
                        JAR.toString(),
                        "--work",
                        folder.resolve("work").toString(),
                        report.toString());

        assertThat(status).as(log()).isZero();
        assertThat(Files.readAllLines(report))
                .contains("**A dry run: a tiny model on the CPU. These figures mean nothing.**")
                .contains("Golden tests on this device: not run (a jar was given).")
                .anyMatch(line -> line.matches("\\| 1 \\| [0-9.]+ \\| [0-9.]+ \\|.*not run.*"))
                .anyMatch(line -> line.matches("\\| 2 \\| [0-9.]+ \\| [0-9.]+ \\|.*not run.*"));
    }

    @Test
    void saysHowItIsUsed() throws Exception {
        assertThat(run("--dry-run")).isEqualTo(2);
        assertThat(log()).contains("Usage: run.sh");
    }

    private int run(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", SCRIPT.toString()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start()
                .waitFor();
    }

    private String log() throws IOException {
        return Files.readString(folder.resolve("log"));
    }
}
