package io.flinkllava.runtime.pipeline;

import io.flinkllava.runtime.LlavaAnswer;
import io.flinkllava.runtime.engine.Generation;

/**
 * Where the time of a request went before it came to the engine.
 *
 * @param waitingNanos from its submission to its turn
 * @param preparingNanos from there to the engine
 */
record TimeBefore(long waitingNanos, long preparingNanos) {

    /** With what came after: waiting is for a turn here and for a row there. */
    LlavaAnswer.Timing and(Generation generation) {
        return new LlavaAnswer.Timing(
                preparingNanos,
                waitingNanos + generation.waitingNanos(),
                generation.prefillingNanos(),
                generation.decodingNanos());
    }
}
