package io.flinkllava.operators;

import io.flinkllava.runtime.LlavaModel;

/**
 * A model that a task may use until it closes this.
 *
 * @param release gives the model back to where it came from
 */
record OpenModel(LlavaModel model, Runnable release) implements AutoCloseable {

    @Override
    public void close() {
        release.run();
    }
}
