package io.flinkllava.examples.conversation;

import io.flinkllava.examples.FileTail;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** How many lines a file has that are not blank; of one that grows, only what is new is read. */
final class LineCount implements Closeable {

    private final FileTail tail;
    private long count;

    /** Opens a file, which must be there and must not be cut any more. */
    LineCount(Path file) throws IOException {
        tail = new FileTail(file, 0);
    }

    /** Of those that have ended. */
    long ended() throws IOException {
        for (List<FileTail.Line> more = tail.next(); !more.isEmpty(); more = tail.next()) {
            more.forEach(this::add);
        }
        return count;
    }

    /** Of all, whether the last has ended or not. */
    long all() throws IOException {
        ended();
        tail.rest().ifPresent(this::add);
        return count;
    }

    private void add(FileTail.Line line) {
        if (!line.text().isBlank()) {
            count++;
        }
    }

    @Override
    public void close() throws IOException {
        tail.close();
    }
}
