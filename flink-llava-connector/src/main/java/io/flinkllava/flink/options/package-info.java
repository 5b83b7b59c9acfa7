/**
 * Every setting a user can write as text, in one place: its key, type, default and description, and
 * the value of the runtime that it changes. {@code LlavaOptions} is the catalogue.
 */
package io.flinkllava.flink.options;
