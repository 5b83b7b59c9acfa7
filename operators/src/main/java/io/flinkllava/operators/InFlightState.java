package io.flinkllava.operators;

import java.util.List;

/**
 * The records in flight, in state: not their half-made answers, the records themselves, which a
 * restored job asks about again. Records that are finished and wait for their emission keep their
 * answers.
 */
interface InFlightState<I> {

    /** Writes the records in flight in place of what was written before. */
    void store(List<InFlight<I>> inFlight) throws Exception;

    /** What a restored subtask starts with, in the order of arrival. */
    List<StoredRequest<I>> stored() throws Exception;

    /** Lets go of the stored records, which may be large, once they are safe elsewhere. */
    void forget() throws Exception;
}
