/**
 * Room for the SQL functions: module, model provider and scalar functions over the runtime's pool.
 */
package io.flinkllava.udfs;
