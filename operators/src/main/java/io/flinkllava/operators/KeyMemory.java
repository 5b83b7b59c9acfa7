package io.flinkllava.operators;

import org.apache.flink.api.common.typeinfo.TypeInformation;

import io.flinkllava.runtime.ModelInfo;

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
     * What a record does, given what is remembered, and what it leaves.
     *
     * @param model the one it would ask
     * @throws Exception what the job's own functions throw; the memory stays as it is then
     */
    KeyTurn<M> turn(I value, Optional<M> memory, ModelInfo model) throws Exception;
}
