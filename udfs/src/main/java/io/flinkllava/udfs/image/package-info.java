/**
 * {@code 'format' = 'image'} for SQL's filesystem connector: one file, one row.
 *
 * <p>Start at {@link io.flinkllava.udfs.image.ImageFormatFactory}, which says the columns and
 * options.
 */
package io.flinkllava.udfs.image;
