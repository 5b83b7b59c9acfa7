/** Which model a task uses, on which device, and with whom it shares it. */
package io.flinkllava.flink.model;
