package io.flinkllava.examples.instruct;

/** The teacher is busy or cannot be reached just now. */
final class TeacherUnavailableException extends Exception {

    private static final long serialVersionUID = 1L;

    TeacherUnavailableException(String message) {
        super(message);
    }
}
