package io.flinkllava.operators;

/** What a record does when it has its turn. */
sealed interface Turn {

    /** It asks the model. */
    record Ask(RequestDraft draft) implements Turn {}

    /** The answer is known already. */
    record Known(Outcome outcome) implements Turn {}

    /** It asks nothing, and has no result. */
    record Nothing() implements Turn {}
}
