package io.flinkllava.examples;

import picocli.CommandLine.Option;

/** {@code --verbose}, and the silence without it. */
public final class Verbosity {

    private static final String LEVEL = "flinkllava.log.level";

    @Option(
            names = "--verbose",
            description = "Show the log of Flink and of the model, and all of an error.")
    private boolean verbose;

    /** Must be called before the first logger is made: the logging system reads it once. */
    public void apply() {
        if (verbose) {
            System.setProperty(LEVEL, "INFO");
        }
        // DJL asks its makers' server for news unless it is told not to.
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
    }
}
