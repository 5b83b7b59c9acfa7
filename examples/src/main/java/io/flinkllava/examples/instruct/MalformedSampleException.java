package io.flinkllava.examples.instruct;

/** What a teacher wrote is not a sample. */
final class MalformedSampleException extends Exception {

    private static final long serialVersionUID = 1L;

    MalformedSampleException(String message) {
        super(message);
    }
}
