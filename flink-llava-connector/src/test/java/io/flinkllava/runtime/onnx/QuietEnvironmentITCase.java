package io.flinkllava.runtime.onnx;

import io.flinkllava.runtime.Device;
import io.flinkllava.runtime.LlavaModel;
import io.flinkllava.runtime.LlavaRequest;
import io.flinkllava.runtime.ModelOptions;
import io.flinkllava.testing.Golden;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * ONNX Runtime 1.29 keeps a telemetry database below the home directory, unless it is told not to.
 */
class QuietEnvironmentITCase {

    @Test
    void leavesNoTelemetryInTheHomeDirectory(@TempDir Path home)
            throws IOException, InterruptedException {
        ProcessBuilder java =
                new ProcessBuilder(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-Duser.home=" + home,
                                "-cp",
                                System.getProperty("java.class.path"),
                                Ask.class.getName()));
        java.environment().put("HOME", home.toString());
        java.environment().remove("XDG_CACHE_HOME");
        java.environment().remove("ORT_DISABLE_TELEMETRY");
        java.redirectErrorStream(true);
        Process process = java.start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        assertThat(output).contains("answered");
        assertThat(process.exitValue()).isZero();
        try (Stream<Path> files = Files.walk(home)) {
            assertThat(files.map(Path::toString))
                    .noneMatch(
                            file -> file.contains("Microsoft") || file.contains("onnxruntime.db"));
        }
    }

    /** What the child process runs. */
    static final class Ask {

        private Ask() {}

        public static void main(String[] args) throws IOException {
            ModelOptions options =
                    ModelOptions.DEFAULT.withDevice(Device.CPU).withMaxSequenceLength(256);
            byte[] picture = Files.readAllBytes(Golden.image("img0.png"));
            try (LlavaModel model = LlavaModel.open(Golden.checkpoint("llava15"), options)) {
                model.submit(LlavaRequest.ask(picture, "What is it?")).join();
            }
            System.out.println("answered");
        }
    }
}
