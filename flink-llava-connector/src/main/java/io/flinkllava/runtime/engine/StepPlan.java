package io.flinkllava.runtime.engine;

import java.util.List;

/** What the engine does next. */
sealed interface StepPlan {

    /** Prefill these, oldest first, then decode one token for every running row. */
    record Step(List<Sequence> prefills) implements StepPlan {}

    /** Wait for a request, at most so long. */
    record Idle(long nanos) implements StepPlan {
        static final Idle FOREVER = new Idle(Long.MAX_VALUE);
    }
}
