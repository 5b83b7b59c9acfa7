/**
 * Folders of pictures as sources: {@link io.flinkllava.flink.files.WholeFileFormat} makes a record
 * of each file, for a {@code FileSource} in a job and for SQL's {@code 'format' = 'image'} alike.
 */
package io.flinkllava.flink.files;
