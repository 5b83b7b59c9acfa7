package io.flinkllava.examples.batch;

/**
 * A line of the answer file.
 *
 * @param position of the request among the rows
 */
public record AnswerRow(long position, String json) {}
