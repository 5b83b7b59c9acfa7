package io.flinkllava.examples.batch;

import java.util.Map;

/**
 * What a batch has done so far, gathered from the job's accumulators.
 *
 * @param rows answer lines, errors included
 * @param errors answer lines with an error
 * @param tokens tokens generated
 */
record BatchCounts(long rows, long errors, long tokens) {

    static final String ROWS = "rows";
    static final String ERRORS = "errors";
    static final String TOKENS = "tokens";

    static BatchCounts of(Map<String, Object> accumulators) {
        return new BatchCounts(
                value(accumulators, ROWS),
                value(accumulators, ERRORS),
                value(accumulators, TOKENS));
    }

    private static long value(Map<String, Object> accumulators, String name) {
        return accumulators.get(name) instanceof Long count ? count : 0;
    }
}
