package io.flinkllava.examples.rules;

/**
 * One rule, to be asked about one picture.
 *
 * @param picture path, as Flink writes it
 */
public record Check(String picture, String rule, String question, double least) {}
