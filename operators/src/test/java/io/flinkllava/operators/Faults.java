package io.flinkllava.operators;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Fails a job at the n-th visit of a phase, counted over all its attempts.
 *
 * <p>A fault has happened when the job has failed for it: when its next attempt begins. Until then
 * no other one is thrown; what is due meanwhile waits for the next visit of its phase. So each
 * fault costs an attempt of its own, and a job that is allowed as many restarts as faults are
 * planned ends at the first failure that is not.
 */
final class Faults {

    private static final Map<String, Integer> VISITS = new HashMap<>();
    private static final Map<String, NavigableSet<Integer>> PLANNED = new HashMap<>();
    private static final int FIRST_ATTEMPT = 0;

    /** The phase for which the job is about to fail. */
    private static Optional<String> failing = Optional.empty();

    private static boolean ceased;
    private static int attempt = FIRST_ATTEMPT;
    private static int happened;
    private static int restarts;

    /** How often a job was stopped with a savepoint, for which Flink may restart it. */
    private static int stops;

    private Faults() {}

    static synchronized void clear() {
        VISITS.clear();
        PLANNED.clear();
        failing = Optional.empty();
        ceased = false;
        attempt = FIRST_ATTEMPT;
        happened = 0;
        restarts = 0;
        stops = 0;
    }

    static synchronized void plan(String phase, Integer... visits) {
        PLANNED.put(phase, new TreeSet<>(List.of(visits)));
    }

    /** How many are still to happen. */
    static synchronized int left() {
        return PLANNED.values().stream().mapToInt(NavigableSet::size).sum();
    }

    /** A job begins. */
    static synchronized void submitted() {
        attempt = FIRST_ATTEMPT;
        ceased = false;
    }

    /** A task of the job begins. */
    static synchronized void begins(int attemptOfTask) {
        if (attemptOfTask > attempt) {
            restarts += attemptOfTask - attempt;
            attempt = attemptOfTask;
            failing.ifPresent(phase -> PLANNED.get(phase).pollFirst());
            happened += failing.isPresent() ? 1 : 0;
            failing = Optional.empty();
        }
    }

    static synchronized int visits(String phase) {
        return VISITS.getOrDefault(phase, 0);
    }

    static synchronized void at(String phase) {
        int visit = VISITS.merge(phase, 1, Integer::sum);
        NavigableSet<Integer> planned = PLANNED.getOrDefault(phase, new TreeSet<>());
        if (failing.isEmpty() && !ceased && !planned.isEmpty() && planned.first() <= visit) {
            failing = Optional.of(phase);
            throw new InjectedFault(phase + " " + visit);
        }
    }

    /** Throws none any more until the next job: this one is stopped. */
    static synchronized void cease() {
        ceased = true;
        stops++;
    }

    /** Whether one was thrown for which the job has not failed yet. */
    static synchronized boolean isFailing() {
        return failing.isPresent();
    }

    /** All that was planned has happened, and nothing else. */
    static synchronized void assertAllHappened() {
        assertThat(PLANNED).allSatisfy((phase, left) -> assertThat(left).as(phase).isEmpty());
        assertThat(failing).as("thrown in vain").isEmpty();
        assertThat(restarts).as("restarts").isBetween(happened, happened + stops);
    }

    /** An error, because exceptions of a job's functions are failures of their record. */
    static final class InjectedFault extends Error {

        private static final long serialVersionUID = 1L;

        InjectedFault(String where) {
            super(where);
        }
    }
}
