package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.JobJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

import static org.assertj.core.api.Assertions.assertThat;

/** A TaskManager whose discovery script finds GPUs that no machine has. */
class DiscoveredGpusITCase {

    private static final int QUESTIONS = 8;

    @Test
    void jobGetsThemOrIsToldWhichThereAre(@TempDir Path folder) throws IOException {
        Path script =
                Files.createFile(
                        folder.resolve("discovery.sh"),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
        Files.writeString(script, "#!/bin/sh\necho 98,99\n");
        Path job = JobJar.thin(folder.resolve("job.jar"));
        Path output = folder.resolve("answers");
        try (FlinkProcesses flink =
                FlinkProcesses.named("discovered-gpus")
                        .library(SqlJar.path())
                        .environment(
                                "FLINK_PLUGINS_DIR",
                                Path.of("target/flink/plugins").toAbsolutePath().toString())
                        .configure("parallelism.default", "2")
                        .configure("external-resources", "gpu")
                        .configure("external-resource.gpu.amount", "2")
                        .configure(
                                "external-resource.gpu.driver-factory.class",
                                "org.apache.flink.externalresource.gpu.GPUDriverFactory")
                        .configure(
                                "external-resource.gpu.param.discovery-script.path",
                                script.toString())
                        .start()) {
            String named = submit(flink, job, output, "gpu:7");
            flink.jobs().await(named, "FAILED");
            assertThat(flink.jobManager().output())
                    .contains(
                            "Device gpu:7 is not one of the GPUs that Flink gave this TaskManager:"
                                    + " [98, 99]. Use one of these, or auto.");

            String any = submit(flink, job, output, "auto");
            flink.jobs().await(any, "FINISHED");
            assertThat(AnswerFiles.lines(output)).hasSize(QUESTIONS);
            assertThat(flink.taskManagers().get(0).output())
                    .contains("device auto is the CPU")
                    .doesNotContain("Flink gave this TaskManager no GPU");
        }
    }

    private static String submit(FlinkProcesses flink, Path job, Path output, String device) {
        return flink.submit(
                job,
                AskJob.class,
                Golden.checkpoint("llava15").toString(),
                Golden.image("img0.png").toString(),
                output.toString(),
                Integer.toString(QUESTIONS),
                "100",
                device);
    }
}
