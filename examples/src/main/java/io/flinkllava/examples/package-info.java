/**
 * Jobs to run: {@link io.flinkllava.examples.FlinkLlavaLocal} is the main class of {@code
 * flink-llava-local.jar}, which holds Flink too and starts an embedded cluster.
 */
package io.flinkllava.examples;
