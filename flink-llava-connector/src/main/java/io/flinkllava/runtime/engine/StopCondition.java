package io.flinkllava.runtime.engine;

import java.util.List;

/** Looks at an answer after each token and may end it. Called on the engine's thread: be quick. */
public interface StopCondition {

    StopCondition NEVER = tokenIds -> false;

    /** Whether the newest token ends the answer. */
    boolean isMet(List<Integer> tokenIds);
}
