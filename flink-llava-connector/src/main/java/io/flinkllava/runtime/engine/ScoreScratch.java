package io.flinkllava.runtime.engine;

import java.nio.FloatBuffer;

/**
 * What choosing a token takes of memory: megabytes for a large vocabulary, hence one for all
 * sequences of an engine. Used by one thread.
 */
final class ScoreScratch {

    private final Shortlist shortlist = new Shortlist();
    private float[] scores = {};

    /** A copy of scores, {@code [vocabulary]}, valid until the next. */
    float[] read(FloatBuffer logits) {
        if (scores.length != logits.remaining()) {
            scores = new float[logits.remaining()];
        }
        logits.duplicate().get(scores);
        return scores;
    }

    Shortlist shortlist() {
        return shortlist;
    }
}
