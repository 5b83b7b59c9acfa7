package io.flinkllava.operators;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Fails a job at the n-th visit of a phase, counted over all its attempts. */
final class Faults {

    private static final Map<String, Integer> VISITS = new HashMap<>();
    private static final Map<String, Set<Integer>> PLANNED = new HashMap<>();

    private Faults() {}

    static synchronized void clear() {
        VISITS.clear();
        PLANNED.clear();
    }

    static synchronized void plan(String phase, Integer... visits) {
        PLANNED.put(phase, new HashSet<>(Set.of(visits)));
    }

    static synchronized void at(String phase) {
        int visit = VISITS.merge(phase, 1, Integer::sum);
        Set<Integer> planned = PLANNED.get(phase);
        if (planned != null && planned.remove(visit)) {
            throw new InjectedFault(phase + " " + visit);
        }
    }

    /** Phases whose planned faults did not all happen. */
    static synchronized Map<String, Set<Integer>> missed() {
        Map<String, Set<Integer>> missed = new HashMap<>(PLANNED);
        missed.values().removeIf(Set::isEmpty);
        return missed;
    }

    /** An error, because exceptions of a job's functions are failures of their record. */
    static final class InjectedFault extends Error {

        private static final long serialVersionUID = 1L;

        InjectedFault(String where) {
            super(where);
        }
    }
}
