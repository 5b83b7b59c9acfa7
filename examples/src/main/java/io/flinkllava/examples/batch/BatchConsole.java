package io.flinkllava.examples.batch;

import io.flinkllava.examples.EngineWatch;
import io.flinkllava.examples.Terminal;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;

/**
 * What {@code run-batch} tells while it runs: one line written over on a terminal, else a line
 * every five seconds.
 */
final class BatchConsole {

    private static final String CLEAR_LINE = "\r\033[K";
    private static final double TERMINAL_SECONDS = 1;
    private static final double LOG_SECONDS = 5;

    private final PrintWriter out;
    private final boolean terminal = Terminal.isStandardError();
    private final EngineWatch engines = new EngineWatch();
    private double shown;

    BatchConsole(PrintWriter out) {
        this.out = out;
    }

    /** Looks at the models, and tells whether it is time for {@link #progress}. */
    boolean isDue() {
        engines.look();
        double period = terminal ? TERMINAL_SECONDS : LOG_SECONDS;
        return engines.secondsSinceStart() - shown >= period;
    }

    void progress(BatchCounts counts) {
        shown = engines.secondsSinceStart();
        String line = engines.isLoaded() ? rates(counts).line() : loading();
        out.print(terminal ? CLEAR_LINE + line : line + System.lineSeparator());
        out.flush();
    }

    /** Ends the line that is written over, so that another can follow. */
    void clear() {
        if (terminal) {
            out.print(CLEAR_LINE);
            out.flush();
        }
    }

    void summary(BatchCounts counts, Path answers) {
        out.println("Done: " + rates(counts).line());
        out.printf(
                Locale.ROOT,
                "%.1f s in all, %.1f s until the model was loaded; answers in %s%n",
                engines.secondsSinceStart(),
                engines.secondsToLoad(),
                answers);
    }

    private String loading() {
        return String.format(Locale.ROOT, "loading the model, %.0f s", engines.secondsSinceStart());
    }

    private BatchRates rates(BatchCounts counts) {
        return new BatchRates(counts, engines.secondsSinceLoaded(), engines.meanBatchSize());
    }
}
