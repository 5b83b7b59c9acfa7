package io.flinkllava.udfs.request;

import org.apache.flink.table.types.logical.LogicalType;

import java.io.Serializable;

/** A column or argument of a request: what it is, and the type of its values. */
public record Argument(Part part, LogicalType type) implements Serializable {}
