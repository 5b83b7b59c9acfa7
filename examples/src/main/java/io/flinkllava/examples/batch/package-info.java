/**
 * {@code run-batch}: questions from a file of JSON lines, answers to another.
 *
 * <p>The way of a row: {@code RequestRow.stream} (one reader: line numbers, ids) - the LLaVA
 * operator (pictures are read there, in parallel) - {@code AnswerFormat} (a line of JSON) - {@code
 * AnswerSink} (one writer, order of the input).
 */
package io.flinkllava.examples.batch;
