package io.flinkllava.operators;

import io.flinkllava.runtime.ModelInfo;

import java.util.Optional;

/** Which of the records in flight may ask now, and what. Used by the task's thread alone. */
interface Turns<I> {

    /** Lines a record up; returns whether it is its turn at once. */
    boolean arrived(InFlight<I> request) throws Exception;

    /**
     * What a record whose turn it is does; the same again if it is asked again.
     *
     * @param model the one it would ask
     * @throws Exception what the job's own functions throw
     */
    Action action(InFlight<I> request, ModelInfo model) throws Exception;

    /**
     * Takes a record out, whether or not it had its turn.
     *
     * @return the one whose turn it is now
     */
    Optional<InFlight<I>> finished(InFlight<I> request) throws Exception;
}
