package io.flinkllava.examples.batch;

import io.flinkllava.examples.EngineWatch;
import io.flinkllava.examples.JobWatch;
import io.flinkllava.examples.ProgressLine;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/** What {@code run-batch} tells while it runs. */
final class BatchConsole implements JobWatch.Console {

    private final PrintWriter out;
    private final ProgressLine line;
    private final EngineWatch engines = new EngineWatch();

    BatchConsole(PrintWriter out) {
        this.out = out;
        this.line = new ProgressLine(out);
    }

    /** Looks at the models, too. */
    @Override
    public boolean isDue() {
        engines.look();
        return line.isDue();
    }

    @Override
    public void progress(Map<String, Object> accumulators) {
        line.show(engines.isLoaded() ? rates(BatchCounts.of(accumulators)).line() : loading());
    }

    void clear() {
        line.clear();
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
