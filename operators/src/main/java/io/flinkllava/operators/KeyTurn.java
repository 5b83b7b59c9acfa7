package io.flinkllava.operators;

import java.util.Optional;
import java.util.function.Function;

/**
 * What a record does when it has its turn, and what it leaves to those that follow.
 *
 * @param after from the record's outcome, which is empty for a record that asked nothing, to what
 *     is remembered from then on; empty to forget. Calls nothing of the job's own
 * @param <M> what is remembered
 */
record KeyTurn<M>(Action action, Function<Optional<Outcome>, Optional<M>> after) {}
