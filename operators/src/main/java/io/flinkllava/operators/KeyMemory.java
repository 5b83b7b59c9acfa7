package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;

import java.io.Serializable;
import java.time.Duration;
import java.util.Optional;

/**
 * What the records of one key leave to those that follow. A pure function of immutable memories:
 * who keeps them, and for how long, is {@link OnePerKey}'s affair.
 *
 * @param <I> the records
 * @param <M> what is remembered
 */
interface KeyMemory<I, M> extends Serializable {

    /** Names the memory in savepoints. */
    String name();

    TypeInformation<M> type();

    /** How long a memory lasts from its last change on. */
    Duration timeToLive();

    /**
     * What a record does, given what is remembered.
     *
     * @param modelVersion fingerprint of the model it would ask
     * @throws Exception what the job's own functions throw
     */
    Action action(I value, Optional<M> memory, String modelVersion) throws Exception;

    /**
     * What is remembered from then on; empty to forget.
     *
     * @param outcome empty for a record that asked nothing
     */
    Optional<M> after(I value, Optional<M> memory, Optional<Outcome> outcome);
}
