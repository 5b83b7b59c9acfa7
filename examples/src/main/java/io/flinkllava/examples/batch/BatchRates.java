package io.flinkllava.examples.batch;

import java.util.Locale;

/**
 * What a batch has done, and how fast.
 *
 * @param seconds since the first request could be answered
 * @param meanBatchSize rows in a decode step on average; 0 before the first step
 */
record BatchRates(BatchCounts counts, double seconds, double meanBatchSize) {

    double rowsPerSecond() {
        return perSecond(counts.rows());
    }

    double tokensPerSecond() {
        return perSecond(counts.tokens());
    }

    /** {@code 120 rows, 4.00 rows/s, 128 tokens/s, mean batch 7.9}, and errors if there are any. */
    String line() {
        String errors = counts.errors() == 0 ? "" : ", " + plural(counts.errors(), "error");
        return String.format(
                Locale.ROOT,
                "%s%s, %.2f rows/s, %.0f tokens/s, mean batch %.1f",
                plural(counts.rows(), "row"),
                errors,
                rowsPerSecond(),
                tokensPerSecond(),
                meanBatchSize);
    }

    private double perSecond(long count) {
        return seconds <= 0 ? 0 : count / seconds;
    }

    private static String plural(long count, String noun) {
        return count + " " + noun + (count == 1 ? "" : "s");
    }
}
