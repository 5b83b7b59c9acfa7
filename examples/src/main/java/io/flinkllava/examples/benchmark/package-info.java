/**
 * Measures a model without Flink around it. Start at {@link
 * io.flinkllava.examples.benchmark.Benchmark}: it makes a {@code Workload}, lets an {@code
 * Arrivals} submit it, and prints a {@code Report}. {@code RandomCheckpoint} writes a model in a
 * published shape to measure.
 */
package io.flinkllava.examples.benchmark;
