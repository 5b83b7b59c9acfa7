package io.flinkllava.runtime.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The sequences of one request, which are of use together only: they wait as one, succeed together,
 * and the first that fails gives up the others. Owned by the engine's thread once submitted; the
 * future is the only part that others touch.
 */
final class SequenceGroup {

    private final GenerationFuture future = new GenerationFuture();
    private final Deadline deadline;
    private final List<Sequence> sequences = new ArrayList<>();
    private final Generation[] generations;
    private int unfinished;
    private int withoutRow;
    private boolean counted;

    /**
     * Makes the sequences.
     *
     * @param requests at least one
     * @param observer sees the tokens of the first
     * @param sequenceLength positions that each may take
     */
    SequenceGroup(
            List<GenerationRequest> requests,
            Deadline deadline,
            TokenObserver observer,
            int sequenceLength,
            long arrivedNanos) {
        this.deadline = deadline;
        for (GenerationRequest request : requests) {
            TokenObserver own = sequences.isEmpty() ? observer : TokenObserver.NONE;
            sequences.add(new Sequence(this, request, own, sequenceLength, arrivedNanos));
        }
        this.generations = new Generation[sequences.size()];
        this.unfinished = sequences.size();
        this.withoutRow = sequences.size();
    }

    GenerationFuture future() {
        return future;
    }

    Deadline deadline() {
        return deadline;
    }

    List<Sequence> sequences() {
        return sequences;
    }

    /** Takes a generation in; the last one makes them complete, in the order of the requests. */
    Optional<List<Generation>> finished(Sequence sequence, Generation generation) {
        generations[sequences.indexOf(sequence)] = generation;
        unfinished--;
        return unfinished == 0 ? Optional.of(Arrays.asList(generations)) : Optional.empty();
    }

    /** One of them waits for a row no longer. Says whether none does any more. */
    boolean leaveQueue() {
        withoutRow--;
        return withoutRow == 0;
    }

    /** Says so once: its end is to be counted now. */
    boolean startCounting() {
        boolean first = !counted;
        counted = true;
        return first;
    }
}
