package io.flinkllava.examples;

import java.io.Closeable;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** Prints the lines of a job's output file as they come, and how far the job is between them. */
public final class LineConsole implements JobWatch.Console, Closeable {

    private final FileTail tail;
    private final PrintWriter out;
    private final ProgressLine progress;
    private final Function<Map<String, Object>, String> format;
    private long printed;

    /**
     * Opens the output.
     *
     * @param file must be there
     * @param from where its first line to be printed begins, in bytes
     * @param format of the accumulators
     */
    public LineConsole(
            Path file,
            long from,
            PrintWriter out,
            ProgressLine progress,
            Function<Map<String, Object>, String> format)
            throws IOException {
        this.tail = new FileTail(file, from);
        this.out = out;
        this.progress = progress;
        this.format = format;
    }

    /** Prints what has come, and returns how many lines that were since the begin. */
    public long print() {
        try {
            for (List<FileTail.Line> lines = tail.next(); !lines.isEmpty(); lines = tail.next()) {
                progress.clear();
                lines.forEach(line -> out.println(line.text()));
                printed += lines.size();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return printed;
    }

    @Override
    public boolean isDue() {
        print();
        return progress.isDue();
    }

    @Override
    public void progress(Map<String, Object> accumulators) {
        progress.show(format.apply(accumulators));
    }

    /** Prints the rest. */
    @Override
    public void close() throws IOException {
        progress.clear();
        print();
        tail.close();
    }
}
