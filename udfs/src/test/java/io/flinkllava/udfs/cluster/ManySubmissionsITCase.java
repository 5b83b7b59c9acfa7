package io.flinkllava.udfs.cluster;

import io.flinkllava.testing.Golden;
import io.flinkllava.testing.cluster.ClusterJobs.UploadedJar;
import io.flinkllava.testing.cluster.Eventually;
import io.flinkllava.testing.cluster.FlinkProcesses;
import io.flinkllava.testing.cluster.Footprint;
import io.flinkllava.testing.cluster.JavaProcess;
import io.flinkllava.testing.cluster.JobJar;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Path;
import java.time.Duration;
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
    private static final long RESIDENT_KIB_OF_A_USER_JAR = 28 << 10;
    private static final int LIBRARIES_OF_A_USER_JAR = 3;
    private static final int NESTED_JARS = 1;

    @TempDir private Path folder;

    private int submitted;

    @Test
    void jarInLibLeavesNothingBehind() {
        try (FlinkProcesses flink = cluster("submissions-lib").library(SqlJar.path()).start()) {
            UploadedJar job = flink.jobs().upload(JobJar.thin(folder.resolve("job.jar")));
            submitAndCancel(flink, job, TO_WARM_UP);
            Growth taskManager = Growth.of(taskManager(flink));
            Growth jobManager = Growth.of(flink.jobManager());
            int more = SUBMISSIONS - TO_WARM_UP;
            submitAndCancel(flink, job, more);
            taskManager.isFlat("TaskManager", more);
            jobManager.isFlat("JobManager", more);
        }
    }

    /** The natives keep their class loader; whoever submits often puts the jar into lib. */
    @Test
    void userJarLeavesItsClassesAndLibrariesAndNothingElse() {
        try (FlinkProcesses flink = cluster("submissions-user").start()) {
            Path jar = JobJar.with(folder.resolve("job.jar"), List.of(SqlJar.path()));
            UploadedJar job = flink.jobs().upload(jar);
            submitAndCancel(flink, job, TO_WARM_UP);
            Footprint before = taskManager(flink).footprint();
            Growth jobManager = Growth.of(flink.jobManager());
            int more = USER_SUBMISSIONS - TO_WARM_UP;
            submitAndCancel(flink, job, more);
            Footprint after = taskManager(flink).footprint();
            String what = "of " + more + " submissions, from " + before + " to " + after;
            assertThat(after.temporaryFiles())
                    .as("temporary files " + what)
                    .isEqualTo(before.temporaryFiles());
            assertThat(after.libraries() - before.libraries())
                    .as("libraries " + what)
                    .isLessThanOrEqualTo(LIBRARIES_OF_A_USER_JAR * more);
            assertThat((after.metaspaceKib() - before.metaspaceKib()) / more)
                    .as("metaspace " + what)
                    .isLessThan(METASPACE_KIB_OF_A_USER_JAR);
            assertThat((after.residentKib() - before.residentKib()) / more)
                    .as("resident memory " + what)
                    .isLessThan(RESIDENT_KIB_OF_A_USER_JAR);
            assertThat(after.threads() - before.threads())
                    .as("threads " + what)
                    .isLessThan(Growth.THREADS + more);
            // Flink takes what is nested in a job's jar out of it, and deletes that when it ends.
            jobManager.isFlat("JobManager", more, NESTED_JARS);
        }
    }

    /** The JobManager keeps jobs that are over, by default for an hour: here none but a few. */
    private static FlinkProcesses.Setup cluster(String name) {
        return FlinkProcesses.named(name)
                .configure("completed-application-store.type", "Memory")
                .configure(
                        "completed-application-store.max-capacity", Integer.toString(TO_WARM_UP));
    }

    private static JavaProcess taskManager(FlinkProcesses flink) {
        return flink.taskManagers().get(0);
    }

    /** A job is cancelled in the middle of its answers, once the first ones are written. */
    private void submitAndCancel(FlinkProcesses flink, UploadedJar job, int times) {
        for (int i = 0; i < times; i++) {
            Path answers = folder.resolve("answers-" + ++submitted);
            String id =
                    job.run(
                            AskJob.class,
                            PictureFolder.model().toString(),
                            Golden.image("img0.png").toString(),
                            answers.toString(),
                            "1000000",
                            "10");
            Eventually.holds(
                    "job " + id + " has answered",
                    Duration.ofMinutes(2),
                    flink::logs,
                    () -> !AnswerFiles.lines(answers).isEmpty());
            flink.jobs().cancel(id);
        }
    }
}
