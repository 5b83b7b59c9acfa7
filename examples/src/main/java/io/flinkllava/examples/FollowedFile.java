package io.flinkllava.examples;

import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.api.common.typeinfo.Types;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.connector.file.src.FileSource;
import org.apache.flink.connector.file.src.FileSourceSplit;
import org.apache.flink.connector.file.src.enumerate.NonSplittingRecursiveEnumerator;
import org.apache.flink.connector.file.src.reader.BulkFormat;
import org.apache.flink.connector.file.src.util.CheckpointedPosition;
import org.apache.flink.connector.file.src.util.RecordAndPosition;
import org.apache.flink.core.fs.Path;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The lines of one local file, and for ever those that are appended to it. How far it was read is
 * part of each checkpoint. Flink's own source of files looks for new files, but not into one that
 * grows.
 *
 * @param from where to begin, in bytes; a line begins there
 * @param whole whether what has no end of a line is one too, as in a file that does not grow
 */
public record FollowedFile(long from, boolean whole)
        implements BulkFormat<String, FileSourceSplit> {

    private static final long serialVersionUID = 1L;
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** Follows a file, which must be there, whatever its name. */
    public static FileSource<String> source(java.nio.file.Path file, long from) {
        return source(file, new FollowedFile(from, false));
    }

    /** Reads a file that is there as a whole, and then waits for ever all the same. */
    public static FileSource<String> wholeSource(java.nio.file.Path file) {
        return source(file, new FollowedFile(0, true));
    }

    private static FileSource<String> source(java.nio.file.Path file, FollowedFile format) {
        return FileSource.forBulkFileFormat(format, new Path(file.toAbsolutePath().toUri()))
                .setFileEnumerator(() -> new NonSplittingRecursiveEnumerator(any -> true))
                .build();
    }

    @Override
    public Reader<String> createReader(Configuration configuration, FileSourceSplit split)
            throws IOException {
        return open(split, from);
    }

    @Override
    public Reader<String> restoreReader(Configuration configuration, FileSourceSplit split)
            throws IOException {
        return open(
                split, split.getReaderPosition().map(CheckpointedPosition::getOffset).orElse(from));
    }

    private Reader<String> open(FileSourceSplit split, long position) throws IOException {
        return new TailReader(
                new FileTail(java.nio.file.Path.of(split.path().toUri().getPath()), position),
                whole);
    }

    @Override
    public boolean isSplittable() {
        return false;
    }

    @Override
    public TypeInformation<String> getProducedType() {
        return Types.STRING;
    }

    /** Runs in the source's own thread, which may wait a moment. */
    private record TailReader(FileTail tail, boolean whole) implements Reader<String> {

        @Override
        public RecordIterator<String> readBatch() throws IOException {
            List<FileTail.Line> lines = tail.next();
            if (lines.isEmpty() && whole) {
                lines = tail.rest().map(List::of).orElse(List.of());
            }
            if (lines.isEmpty()) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            return new Batch(lines.iterator());
        }

        @Override
        public void close() throws IOException {
            tail.close();
        }
    }

    private record Batch(Iterator<FileTail.Line> lines)
            implements BulkFormat.RecordIterator<String> {

        @Override
        public RecordAndPosition<String> next() {
            if (!lines.hasNext()) {
                return null;
            }
            FileTail.Line line = lines.next();
            return new RecordAndPosition<>(line.text(), line.end(), 0);
        }

        @Override
        public void releaseBatch() {}
    }
}
