package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.cluster.ClusterJobs.UploadedJar;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.Footprint;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.JobJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * One session cluster, many jobs after each other. {@code -Dllava.soak.submissions=50} for as many
 * of them, {@code -Dllava.soak.user.submissions} where each brings the jar along.
 */
@Timeout(value = 30, unit = TimeUnit.MINUTES)
class ManySubmissionsITCase {

    private static final int SUBMISSIONS = Integer.getInteger("llava.soak.submissions", 8);
    private static final int USER_SUBMISSIONS =
            Integer.getInteger("llava.soak.user.submissions", 4);
    private static final int TO_WARM_UP = 2;
    private static final long METASPACE_KIB_OF_A_USER_JAR = 12 << 10;
    private static final long RESIDENT_KIB_OF_A_USER_JAR = 60 << 10;

    @TempDir private Path folder;

    @Test
    void jarInLibLeavesNothingBehind() {
        try (FlinkProcesses flink =
                FlinkProcesses.named("submissions-lib").library(SqlJar.path()).start()) {
            UploadedJar job = flink.jobs().upload(JobJar.thin(folder.resolve("job.jar")));
            submitAndCancel(flink, job, TO_WARM_UP);
            Growth growth = Growth.of(taskManager(flink));
            submitAndCancel(flink, job, SUBMISSIONS - TO_WARM_UP);
            growth.isFlat("TaskManager");
        }
    }

    /** The natives keep their class loader; whoever submits often puts the jar into lib. */
    @Test
    void userJarLeavesItsClassesAndLibrariesAndNothingElse() {
        try (FlinkProcesses flink = FlinkProcesses.named("submissions-user").start()) {
            Path jar = JobJar.with(folder.resolve("job.jar"), List.of(SqlJar.path()));
            UploadedJar job = flink.jobs().upload(jar);
            submitAndCancel(flink, job, TO_WARM_UP);
            Footprint before = taskManager(flink).footprint();
            int more = USER_SUBMISSIONS - TO_WARM_UP;
            submitAndCancel(flink, job, more);
            Footprint after = taskManager(flink).footprint();
            String what = "from " + before + " to " + after;
            assertThat(after.temporaryFiles())
                    .as("temporary files " + what)
                    .isEqualTo(before.temporaryFiles());
            assertThat((after.metaspaceKib() - before.metaspaceKib()) / more)
                    .as("metaspace of a submission " + what)
                    .isLessThan(METASPACE_KIB_OF_A_USER_JAR);
            assertThat((after.residentKib() - before.residentKib()) / more)
                    .as("resident memory of a submission " + what)
                    .isLessThan(RESIDENT_KIB_OF_A_USER_JAR);
            assertThat(after.threads() - before.threads())
                    .as("threads " + what)
                    .isLessThan(Growth.THREADS + more);
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
