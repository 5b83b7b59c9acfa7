package io.flinkllava.examples.instruct;

/**
 * A sample that a teacher has to write.
 *
 * @param number of the sample, counted from 0
 */
public record Assignment(long number, SampleKind kind, PictureFacts picture) {}
