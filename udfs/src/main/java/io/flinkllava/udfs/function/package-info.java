/**
 * What the functions have in common. A {@code Call} says how a function is called and what it asks;
 * planned by Flink it is a {@code PlannedCall}, which the job carries; open in a task, an {@code
 * OpenCall}. The classes around it are Flink's kinds of functions.
 */
package io.flinkllava.udfs.function;
