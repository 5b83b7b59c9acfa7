package io.flinkllava.examples.instruct;

import java.util.List;

/**
 * What became of an assignment.
 *
 * @param turns the sample, empty if there is none
 * @param problem why there is none, or empty
 * @param passing whether trying again may help
 */
public record Taught(Assignment assignment, List<Turn> turns, String problem, boolean passing) {

    static Taught sample(Assignment assignment, List<Turn> turns) {
        return new Taught(assignment, turns, "", false);
    }

    static Taught failed(Assignment assignment, String problem, boolean passing) {
        return new Taught(assignment, List.of(), problem, passing);
    }

    boolean isSample() {
        return problem.isEmpty();
    }
}
