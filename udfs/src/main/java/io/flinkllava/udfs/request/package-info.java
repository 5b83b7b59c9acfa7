/**
 * From the values of a row to a request, and from its answer to values: what {@code ML_PREDICT} and
 * the functions have in common. {@link io.flinkllava.udfs.request.ModelSession} asks.
 */
package io.flinkllava.udfs.request;
