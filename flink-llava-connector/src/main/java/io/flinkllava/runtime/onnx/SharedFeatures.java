package io.flinkllava.runtime.onnx;

/**
 * Features that several hold, freed when the last one lets go: what a prefill reads stays, also if
 * the cache drops it meanwhile.
 *
 * <p>Used by one thread.
 */
abstract class SharedFeatures implements AutoCloseable {

    private int holders = 1;

    /** What they take. */
    abstract long bytes();

    /** Gives the memory back. */
    abstract void free();

    /** Adds a holder. */
    void share() {
        holders++;
    }

    /** Lets go, once for each holder. */
    @Override
    public void close() {
        if (--holders == 0) {
            free();
        }
    }
}
