package io.flinkllava.flink.files;

import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.fs.Path;

import io.flinkllava.runtime.LlavaException;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;

/**
 * A file as it was when the folder was listed. Nothing is read until somebody asks for its content.
 *
 * @param size in bytes
 * @param modified its modification time
 */
public record WholeFile(Path path, long size, Instant modified) {

    static WholeFile of(FileSourceSplit split) {
        return new WholeFile(
                split.path(), split.fileSize(), Instant.ofEpochMilli(split.fileModificationTime()));
    }

    /**
     * Reads all of it, through Flink's file systems.
     *
     * @param maxBytes checked before memory is taken, and again while reading, since files grow
     * @throws LlavaException with code INPUT if it is larger, or gone
     * @throws IOException if the file system fails, which says nothing about this file
     */
    public byte[] read(int maxBytes) throws IOException {
        if (size > maxBytes) {
            throw tooLarge(size + " bytes", maxBytes);
        }
        try (FSDataInputStream stream = path.getFileSystem().open(path)) {
            byte[] content = stream.readNBytes(maxBytes);
            if (content.length == maxBytes && stream.read() >= 0) {
                throw tooLarge("grown since it was listed", maxBytes);
            }
            return content;
        } catch (FileNotFoundException e) {
            throw LlavaException.input("The file is gone since its folder was listed");
        }
    }

    private static LlavaException tooLarge(String what, int maxBytes) {
        return LlavaException.input(
                "The file is too large: " + what + ", the limit is " + maxBytes);
    }
}
