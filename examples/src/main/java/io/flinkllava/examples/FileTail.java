package io.flinkllava.examples;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads the lines of a file that grows, in UTF-8. A line is there when it has ended. */
public final class FileTail implements Closeable {

    /** What a line has beyond that is left out, so that no file fills the memory. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private final RandomAccessFile file;
    private final byte[] chunk = new byte[1 << 16];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private long position;

    /**
     * A line.
     *
     * @param end where the next one begins, in bytes from the file's begin
     */
    public record Line(String text, long end) {}

    /**
     * Opens a file, which must be there.
     *
     * @param from where its first unread line begins, in bytes
     */
    public FileTail(Path path, long from) throws IOException {
        file = new RandomAccessFile(path.toFile(), "r");
        file.seek(from);
        position = from;
    }

    /** Lines that have ended since the last call, some of them if they are many. */
    public List<Line> next() throws IOException {
        List<Line> lines = new ArrayList<>();
        int count;
        while (lines.isEmpty() && (count = file.read(chunk)) > 0) {
            for (int i = 0; i < count; i++) {
                position++;
                if (chunk[i] == '\n') {
                    lines.add(take());
                } else if (line.size() < MAX_LINE_BYTES) {
                    line.write(chunk[i]);
                }
            }
        }
        return lines;
    }

    /**
     * What stands behind the last end of a line, taken as one that has ended. For files that do not
     * grow, and at their end.
     */
    public Optional<Line> rest() {
        return line.size() == 0 ? Optional.empty() : Optional.of(take());
    }

    /** All lines that have ended. */
    public static List<Line> all(Path path) throws IOException {
        try (FileTail tail = new FileTail(path, 0)) {
            return tail.all();
        }
    }

    /** All lines, whether the last has ended or not. */
    public static List<Line> whole(Path path) throws IOException {
        try (FileTail tail = new FileTail(path, 0)) {
            List<Line> all = tail.all();
            tail.rest().ifPresent(all::add);
            return all;
        }
    }

    private List<Line> all() throws IOException {
        List<Line> all = new ArrayList<>();
        for (List<Line> more = next(); !more.isEmpty(); more = next()) {
            all.addAll(more);
        }
        return all;
    }

    private Line take() {
        String text = line.toString(StandardCharsets.UTF_8);
        line.reset();
        return new Line(text, position);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
