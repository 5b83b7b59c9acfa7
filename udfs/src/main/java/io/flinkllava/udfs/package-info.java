/**
 * LLaVA in Flink SQL: models for {@code ML_PREDICT} ({@code model}), a module of functions ({@code
 * module}), and classes for {@code CREATE FUNCTION} here.
 */
package io.flinkllava.udfs;
