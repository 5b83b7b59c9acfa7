package io.flinkllava.examples;

import java.io.PrintWriter;

/**
 * How far something is: one line written over on a terminal, else a line every five seconds. For
 * one thread.
 */
public final class ProgressLine {

    private static final String CLEAR_LINE = "\r\033[K";
    private static final long TERMINAL_NANOS = 1_000_000_000L;
    private static final long LOG_NANOS = 5 * TERMINAL_NANOS;

    private final PrintWriter out;
    private final boolean terminal = Terminal.isStandardError();
    private long shown = System.nanoTime();

    public ProgressLine(PrintWriter out) {
        this.out = out;
    }

    /** Whether it is time for {@link #show} again. */
    public boolean isDue() {
        return System.nanoTime() - shown >= (terminal ? TERMINAL_NANOS : LOG_NANOS);
    }

    public void show(String line) {
        shown = System.nanoTime();
        out.print(terminal ? CLEAR_LINE + line : line + System.lineSeparator());
        out.flush();
    }

    /** Ends the line that is written over, so that another can follow. */
    public void clear() {
        if (terminal) {
            out.print(CLEAR_LINE);
            out.flush();
        }
    }
}
