package io.flinkllava.examples.instruct;

import java.util.List;

/**
 * What became of an assignment.
 *
 * @param turns the sample, empty if there is none
 * @param text what the teacher wrote, where it is no sample; null if it wrote nothing
 * @param problem why there is none, or empty
 * @param passing whether trying again may help
 */
public record Taught(
        Assignment assignment, List<Turn> turns, String text, String problem, boolean passing) {

    static Taught sample(Assignment assignment, List<Turn> turns) {
        return new Taught(assignment, turns, null, "", false);
    }

    static Taught malformed(Assignment assignment, String text, String problem) {
        return new Taught(assignment, List.of(), text, problem, false);
    }

    static Taught failed(Assignment assignment, String problem, boolean passing) {
        return new Taught(assignment, List.of(), null, problem, passing);
    }

    boolean isSample() {
        return problem.isEmpty();
    }
}
