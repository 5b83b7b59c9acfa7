package io.flinkllava.operators;

/** What a record does when it has its turn. */
sealed interface Action {

    /** It asks the model. */
    record Ask(RequestDraft draft) implements Action {}

    /** The answer is known already. */
    record Known(Outcome outcome) implements Action {}

    /** It asks nothing, and has no result. */
    record Nothing() implements Action {}
}
