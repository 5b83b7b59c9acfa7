package io.flinkllava.examples.instruct;

/** A question and its answer. */
public record Turn(String question, String answer) {}
