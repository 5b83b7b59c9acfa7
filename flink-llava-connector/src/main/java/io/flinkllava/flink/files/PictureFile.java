package io.flinkllava.flink.files;

import java.time.Instant;
import java.util.Objects;

/**
 * A file in a folder of pictures. What is inside was not looked at: it may be no picture at all.
 *
 * @param path as Flink writes it, with its scheme
 * @param size in bytes, when the folder was listed
 * @param modificationTime when the folder was listed
 * @param content the file's bytes; null if they were not asked for, or for the reason in {@code
 *     problem}
 * @param problem why the file was not read; null if it was, or was not asked for
 */
public record PictureFile(
        String path, long size, Instant modificationTime, byte[] content, String problem) {

    public PictureFile {
        Objects.requireNonNull(path, "path");
        Objects.requireNonNull(modificationTime, "modificationTime");
    }
}
