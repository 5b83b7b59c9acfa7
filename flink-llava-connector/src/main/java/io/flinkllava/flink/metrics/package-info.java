/** What Flink's metric reporters see of the models. */
package io.flinkllava.flink.metrics;
