/**
 * Pictures from outside: what a record names by path or URI becomes bytes, if the job allows it.
 *
 * <p>Start at {@link io.flinkllava.flink.pictures.PictureReader}. What may be read is said once, in
 * {@link io.flinkllava.flink.pictures.PictureAccess}; nothing is allowed by default.
 */
package io.flinkllava.flink.pictures;
