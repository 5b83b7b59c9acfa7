package io.flinkllava.flink.files;

import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.SingletonResultIterator;
import org.apache.flink.core.fs.FSDataInputStream;

import io.flinkllava.flink.pictures.LimitedBytes;
import io.flinkllava.runtime.LlavaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Instant;

/** Reads one file as one record, and then is at its end. */
final class PictureFileReader implements BulkFormat.Reader<PictureFile> {

    private static final Logger LOG = LoggerFactory.getLogger(PictureFileReader.class);

    private final PictureFileFormat format;
    private final FileSourceSplit split;
    private boolean finished;

    PictureFileReader(PictureFileFormat format, FileSourceSplit split) {
        this.format = format;
        this.split = split;
    }

    /** The record was delivered before a restart. */
    void finish() {
        finished = true;
    }

    @Override
    public BulkFormat.RecordIterator<PictureFile> readBatch() throws IOException {
        if (finished) {
            return null;
        }
        finished = true;
        byte[] content = null;
        String problem = null;
        if (format.content()) {
            try {
                content = read();
            } catch (LlavaException | FileNotFoundException e) {
                if (format.unreadable() == UnreadableFiles.FAIL) {
                    throw e;
                }
                problem =
                        e instanceof LlavaException
                                ? e.getMessage()
                                : split.path() + " is gone: it was removed after it was found.";
            }
        }
        if (problem != null && format.unreadable() == UnreadableFiles.SKIP) {
            LOG.warn("Skipped a file: {}", problem);
            return null;
        }
        return single(content, problem);
    }

    private byte[] read() throws IOException {
        LimitedBytes limit = new LimitedBytes(format.maxBytes());
        String path = split.path().toString();
        limit.check(split.fileSize(), path);
        try (FSDataInputStream input = split.path().getFileSystem().open(split.path())) {
            return limit.read(input, split.fileSize(), path);
        }
    }

    private BulkFormat.RecordIterator<PictureFile> single(byte[] content, String problem) {
        SingletonResultIterator<PictureFile> record = new SingletonResultIterator<>();
        record.set(
                new PictureFile(
                        split.path().toString(),
                        split.fileSize(),
                        Instant.ofEpochMilli(split.fileModificationTime()),
                        content,
                        problem),
                CheckpointedPosition.NO_OFFSET,
                1);
        return record;
    }

    @Override
    public void close() {
        // A file is open only while it is read.
    }
}
