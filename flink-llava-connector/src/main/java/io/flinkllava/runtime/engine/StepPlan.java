package io.flinkllava.runtime.engine;

/** What the engine does next. */
sealed interface StepPlan {

    StepPlan STEP = new Step();

    /** Admit what rows allow, prefill a budget's worth, decode one token for every running row. */
    record Step() implements StepPlan {}

    /** Wait for a request, at most so long. */
    record Idle(long nanos) implements StepPlan {
        static final Idle FOREVER = new Idle(Long.MAX_VALUE);
    }
}
