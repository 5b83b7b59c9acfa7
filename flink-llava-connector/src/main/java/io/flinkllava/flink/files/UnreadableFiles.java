package io.flinkllava.flink.files;

/**
 * What becomes of files that are too large, or gone before they are read. Trouble with the file
 * system itself always fails the job, which Flink then restarts where it was.
 */
public enum UnreadableFiles {
    /** They leave a line in the log and no record. */
    SKIP,
    /** Their record has no content and says why. */
    WITHOUT_CONTENT,
    /** The job fails. */
    FAIL
}
