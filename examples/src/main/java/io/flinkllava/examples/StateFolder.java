package io.flinkllava.examples;

import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.ExternalizedCheckpointRetention;
import org.apache.flink.configuration.StateRecoveryOptions;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.RecoveryClaimMode;
import org.apache.flink.core.execution.SavepointFormatType;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;

/**
 * Where a job's state outlives it: checkpoints, which stay when the process is killed, and the
 * savepoint of an orderly end.
 *
 * @param folder absolute
 */
public record StateFolder(Path folder) {

    /** Flink writes it last, so a checkpoint that has it is whole. */
    private static final String METADATA = "_metadata";

    /** The newest whole state; empty if there is none. */
    public Optional<Path> newest() throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.endsWith(METADATA))
                    .max(Comparator.comparing(StateFolder::written))
                    .map(Path::getParent);
        } catch (UncheckedIOException e) {
            if (e.getCause() instanceof NoSuchFileException) {
                // The job removes an old checkpoint just now.
                return newest();
            }
            throw e.getCause();
        }
    }

    private static FileTime written(Path file) {
        try {
            return Files.getLastModifiedTime(file);
        } catch (IOException e) {
            // Gone meanwhile.
            return FileTime.fromMillis(0);
        }
    }

    /** How a job keeps its state here, and goes on with what is. */
    Configuration configuration() throws IOException {
        Configuration config = new Configuration();
        config.set(CheckpointingOptions.CHECKPOINTS_DIRECTORY, inFlink(folder));
        config.set(
                CheckpointingOptions.EXTERNALIZED_CHECKPOINT_RETENTION,
                ExternalizedCheckpointRetention.RETAIN_ON_CANCELLATION);
        Optional<Path> newest = newest();
        if (newest.isPresent()) {
            config.set(StateRecoveryOptions.SAVEPOINT_PATH, inFlink(newest.get()));
            // The old state is removed when the first checkpoint has taken its place.
            config.set(StateRecoveryOptions.RESTORE_MODE, RecoveryClaimMode.CLAIM);
        }
        return config;
    }

    /** Ends a job with a savepoint here, so that the next start goes on right behind it. */
    public void stop(JobClient job) throws ExecutionException, InterruptedException {
        job.stopWithSavepoint(false, inFlink(folder), SavepointFormatType.CANONICAL).get();
    }

    /** With the scheme that Flink wants of state, and nothing escaped, which it would not undo. */
    private static String inFlink(Path path) {
        return org.apache.flink.core.fs.Path.fromLocalFile(path.toFile()).toString();
    }
}
