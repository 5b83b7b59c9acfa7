package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.cluster.ClusterJobs.UploadedJar;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.Footprint;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.JobJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One session cluster, many jobs after each other. {@code -Dllava.soak.submissions=50} for as many
 * of them.
 */
class ManySubmissionsITCase {

    private static final int SUBMISSIONS = Integer.getInteger("llava.soak.submissions", 8);
    private static final int TO_WARM_UP = 3;

    @TempDir private Path folder;

    @Test
    void jarInLibLeavesNothingBehind() {
        try (FlinkProcesses flink =
                FlinkProcesses.named("submissions-lib").library(SqlJar.path()).start()) {
            UploadedJar job = flink.jobs().upload(JobJar.thin(folder.resolve("job.jar")));
            submitAndCancel(flink, job, TO_WARM_UP);
            Footprint before = taskManager(flink).footprint();
            submitAndCancel(flink, job, SUBMISSIONS - TO_WARM_UP);
            Footprint after = taskManager(flink).footprint();
            System.out.println("lib " + before + " " + after);
            Growth.between(before, after).assertFlat("TaskManager");
        }
    }

    @Test
    void userJarLeavesWhatTheNativesKeep() {
        try (FlinkProcesses flink = FlinkProcesses.named("submissions-user").start()) {
            UploadedJar job =
                    flink.jobs()
                            .upload(JobJar.with(folder.resolve("job.jar"), List.of(SqlJar.path())));
            submitAndCancel(flink, job, TO_WARM_UP);
            Footprint before = taskManager(flink).footprint();
            submitAndCancel(flink, job, SUBMISSIONS - TO_WARM_UP);
            Footprint after = taskManager(flink).footprint();
            System.out.println("user " + before + " " + after);
            assertThat(after.temporaryFiles()).isEqualTo(before.temporaryFiles());
        }
    }

    private static JavaProcess taskManager(FlinkProcesses flink) {
        return flink.taskManagers().get(0);
    }

    private void submitAndCancel(FlinkProcesses flink, UploadedJar job, int times) {
        for (int i = 0; i < times; i++) {
            String id =
                    job.run(
                            AskJob.class,
                            PictureFolder.model().toString(),
                            Golden.image("img0.png").toString(),
                            folder.resolve("answers").toString(),
                            "1000000",
                            "10");
            flink.jobs().awaitAllTasks(id);
            flink.jobs().cancel(id);
        }
    }
}
