/**
 * Measures a model without Flink around it. Start at {@link
 * io.flinkllava.examples.benchmark.Benchmark}: it makes a {@code Workload}, lets an {@code
 * Arrivals} submit it, and prints a {@code Report}.
 */
package io.flinkllava.examples.benchmark;
